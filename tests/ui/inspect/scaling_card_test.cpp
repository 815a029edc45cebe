#include "ui/mixtures/scaling_card.h"

#include <QMenu>
#include <QTest>
#include <QToolButton>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/inspect/scalings.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// Presses the button of a bar that has this text.
void press(SegmentBar* bar, const QString& text) {
  for (QToolButton* button : bar->findChildren<QToolButton*>())
    if (button->text() == text && button->menu() == nullptr) return QTest::mouseClick(button, Qt::LeftButton);
  FAIL("no button " << text.toStdString());
}

struct Shown {
  std::shared_ptr<const figures::Scalings> scalings;
  ScalingCard card;

  explicit Shown(figures::Scalings made) : scalings(std::make_shared<const figures::Scalings>(std::move(made))), card("Scalings") {
    applyTheme(test::qt_application(), Appearance::Light);
    card.resize(900, 400);
    card.setScalings(scalings, 0, 6);
    card.show();
    QTest::qWaitForWindowExposed(&card);
  }
};

TEST_CASE("A gate's map has a panel an adapter, a row a block, the last on top", "[ui]") {
  test::qt_application();
  Shown shown(test::made_up_scalings(2, 6, 3, 3));
  ScalingMapView* view = shown.card.view();
  CHECK(view->numPanels() == 3);
  REQUIRE(view->rows().size() == 3);
  CHECK(view->rows().front().name == "2");
  CHECK(view->numTokens() == 6);
  CHECK(view->accessibleDescription().contains("adapter 1"));
  const figures::TableData table = shown.card.table();
  REQUIRE(table.columns.size() == 10);
  CHECK(table.columns[1].name == "adapter 0 2");
  // Mean of query and value of the last block.
  const auto& applied = shown.scalings->applied;
  CHECK(*table.rows[1].cells[1].value == Approx((applied[(6 + 4) * 3] + applied[(6 + 5) * 3]) / 2));
}

TEST_CASE("Toggles of the map: predicted, dominant, modules, one block unfolded", "[ui]") {
  test::qt_application();
  Shown shown(test::made_up_scalings(2, 6, 3, 3));
  ScalingMapView* view = shown.card.view();
  press(shown.card.kindChoice(), "predicted");
  CHECK(view->kind() == figures::ScalingKind::Predicted);
  CHECK(*shown.card.table().rows[0].cells[1].value == Approx((shown.scalings->predicted[4 * 3] + shown.scalings->predicted[5 * 3]) / 2));
  press(shown.card.modeChoice(), "dominant");
  CHECK(view->numPanels() == 1);
  press(shown.card.modeChoice(), "panels");
  press(shown.card.rowChoice(), "modules");
  REQUIRE(view->rows().size() == 6);
  CHECK(view->rows()[0].name == "2 value");
  press(shown.card.rowChoice(), "blocks");
  // A click on the number of the block in the middle unfolds it; another one folds it again.
  const QRectF cell = view->cellRect(0, 1, 0);
  QTest::mouseClick(view, Qt::LeftButton, {}, QPoint(static_cast<int>(cell.left()) - 6, static_cast<int>(cell.center().y())));
  REQUIRE(view->rows().size() == 4);
  CHECK(view->rows()[1].name == "1 value");
  const QRectF again = view->cellRect(0, 1, 0);
  QTest::mouseClick(view, Qt::LeftButton, {}, QPoint(static_cast<int>(again.left()) - 6, static_cast<int>(again.center().y())));
  CHECK(view->rows().size() == 3);
}

TEST_CASE("A click or an arrow chooses a token; the table twin has the same numbers", "[ui]") {
  test::qt_application();
  Shown shown(test::made_up_scalings(2, 6, 3, 3));
  ScalingMapView* view = shown.card.view();
  int chosen = -1;
  QObject::connect(&shown.card, &ScalingCard::tokenChosen, &shown.card, [&](int token) { chosen = token; });
  QTest::mouseClick(view, Qt::LeftButton, {}, view->cellRect(1, 0, 4).center().toPoint());
  CHECK(chosen == 4);
  view->setFocus();
  QTest::keyClick(view, Qt::Key_Left);
  CHECK(chosen == 3);
  QTest::mouseClick(shown.card.tableButton(), Qt::LeftButton);
  CHECK(view->isHidden());
  QTest::mouseClick(shown.card.tableButton(), Qt::LeftButton);
  CHECK_FALSE(view->isHidden());
}

TEST_CASE("A gate without layers says so and has one row", "[ui]") {
  test::qt_application();
  figures::Scalings scalings = test::made_up_scalings(1, 6, 3, 2);
  scalings.is_layerwise = false;
  Shown shown(std::move(scalings));
  CHECK(shown.card.view()->rows().size() == 1);
  CHECK(shown.card.banner().contains("one row"));
  CHECK(shown.card.rowChoice()->isHidden());
}

}  // namespace
}  // namespace lorascope::ui
