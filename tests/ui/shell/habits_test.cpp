// What a person is used to: two tabs side by side, layouts, an order that is dragged, help and a table for everything,
// longer languages and other locales.

#include <QAbstractButton>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QListView>
#include <QLocale>
#include <QMimeData>
#include <QTableView>
#include <QTest>
#include <QTranslator>
#include <memory>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/compare/compare_tab.h"
#include "ui/log/log_panel.h"
#include "ui/log/queue_model.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_card.h"
#include "ui/train/train_tab.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = true, .with_trouble = true};

TEST_CASE("Two tabs stand side by side, and either can be put back", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  window.showTab("Curves");
  REQUIRE(window.splitTab("Weights"));
  CHECK(window.splitName() == "Weights");
  CHECK(window.weightsTab()->isVisible());
  window.showTab("Train");
  CHECK(window.trainTab()->isVisible());
  CHECK(window.weightsTab()->isVisible());
  CHECK(window.splitTab("Compare"));
  CHECK(window.splitName() == "Compare");
  CHECK_FALSE(window.weightsTab()->isVisible());
  QApplication::setActiveWindow(&window);
  QTest::keyClick(&window, Qt::Key_Backslash, Qt::ControlModifier);
  CHECK(window.splitName().isEmpty());
  CHECK_FALSE(window.splitTab("no such tab"));
  window.tearOffTab("Weights");
  CHECK_FALSE(window.splitTab("Weights"));
}

TEST_CASE("Each kind of work has its layout, which comes back as it was left", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  const auto* details = window.findChild<QDockWidget*>("details");
  REQUIRE(window.applyLayout("Compare"));
  CHECK(details->isHidden());
  CHECK(window.compareTab()->isVisible());
  REQUIRE(window.splitTab("Weights"));
  REQUIRE(window.applyLayout("Train"));
  CHECK_FALSE(details->isHidden());
  CHECK(window.splitName().isEmpty());
  CHECK_FALSE(window.logPanel()->isHidden());
  REQUIRE(window.applyLayout("Compare"));
  CHECK(details->isHidden());
  CHECK(window.splitName() == "Weights");
  CHECK_FALSE(window.applyLayout("Cooking"));
}

TEST_CASE("A waiting run is dragged to its place in the queue, or moved with Alt and the arrows", "[ui]") {
  OpenSession open([](const store::Workspace& workspace) {
    study::RunSettings settings;
    for (const char* name : {"one", "two", "three"}) {
      settings.name = name;
      store::RunStore(workspace).create(settings);
    }
  });
  MainWindow window(&open.session());
  window.show();
  window.setLogUnfolded(true);
  QueueModel* queue = window.logPanel()->queue();
  REQUIRE(queue->rowCount() == 3);
  const auto first = [&] { return queue->index(0).data().toString(); };
  const std::unique_ptr<QMimeData> third(queue->mimeData({queue->index(2)}));
  CHECK(queue->canDropMimeData(third.get(), Qt::MoveAction, 0, 0, {}));
  queue->dropMimeData(third.get(), Qt::MoveAction, 0, 0, {});
  CHECK(wait_until([&] { return first().contains("three"); }));
  const std::unique_ptr<QMimeData> again(queue->mimeData({queue->index(0)}));
  queue->dropMimeData(again.get(), Qt::MoveAction, -1, -1, {});  // below the last: the end
  CHECK(wait_until([&] { return queue->index(2).data().toString().contains("three"); }));
  QListView* list = nullptr;
  for (QListView* view : window.logPanel()->findChildren<QListView*>())
    if (view->model() == queue) list = view;
  REQUIRE(list != nullptr);
  QApplication::setActiveWindow(&window);
  list->setFocus();
  list->setCurrentIndex(queue->index(2));
  QTest::keyClick(list, Qt::Key_Up, Qt::AltModifier);
  CHECK(wait_until([&] { return queue->index(1).data().toString().contains("three"); }));
}

/// The nearest ancestor of a class; nullptr without one.
template <class Ancestor>
const Ancestor* ancestor(const QWidget* widget) {
  for (; widget != nullptr; widget = widget->parentWidget())
    if (const auto* found = qobject_cast<const Ancestor*>(widget)) return found;
  return nullptr;
}

TEST_CASE("Every plot and map has a table twin and a help topic that exists", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  for (const QString& tab : window.tabNames()) window.showTab(tab);
  for (const PlotView* view : window.findChildren<PlotView*>()) {
    const auto* card = ancestor<Card>(view);
    INFO("plot " << view->figure().title << " in " << view->parent()->metaObject()->className());
    REQUIRE(card != nullptr);
    CHECK((qobject_cast<const PlotCard*>(card) != nullptr || !card->findChildren<QTableView*>().isEmpty()));
    CHECK_FALSE(helpTitle(helpTopicOf(view)).isEmpty());
  }
  for (const HeatMapView* view : window.findChildren<HeatMapView*>()) {
    const auto* card = ancestor<Card>(view);
    INFO("map in " << view->parent()->metaObject()->className());
    REQUIRE(card != nullptr);
    CHECK_FALSE(card->findChildren<QTableView*>().isEmpty());
    CHECK_FALSE(helpTitle(helpTopicOf(view)).isEmpty());
  }
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    const QString topic = widget->property("helpTopic").toString();
    INFO(topic.toStdString());
    CHECK((topic.isEmpty() || !helpTitle(topic).isEmpty()));
  }
}

/// Every text that goes through tr() becomes 1.4 times as long.
class LongTexts : public QTranslator {
 public:
  QString translate(const char*, const char* source, const char*, int) const override {
    const QString text = QString::fromUtf8(source);
    const qsizetype more = text.size() * 2 / 5;
    return text.contains('<') || text.contains('%') ? text : text + QStringLiteral("n").repeated(more);
  }
  bool isEmpty() const override { return false; }
};

/// Where the text of a button or label would be cut; empty where it has room.
QString cut(const QWidget* widget) {
  const auto* label = qobject_cast<const QLabel*>(widget);
  const auto* button = qobject_cast<const QAbstractButton*>(widget);
  QString text;
  if (label != nullptr && !label->wordWrap() && qobject_cast<const ElidedLabel*>(label) == nullptr) text = label->text();
  if (button != nullptr) text = button->text();
  if (text.isEmpty() || text.contains('<')) return {};
  if (widget->width() + 1 >= widget->sizeHint().width()) return {};
  return QStringLiteral("%1 \"%2\" has %3 of %4 px in %5")
      .arg(QLatin1String(widget->metaObject()->className()), text)
      .arg(widget->width())
      .arg(widget->sizeHint().width())
      .arg(QLatin1String(widget->parent()->metaObject()->className()));
}

TEST_CASE("Texts of German length are not cut at 1280 x 800", "[ui]") {
  test::qt_application();
  LongTexts longer;
  QCoreApplication::installTranslator(&longer);
  {
    OpenSession open(kSample);
    MainWindow window(&open.session());
    window.resize(1280, 800);
    window.show();
    open.session().select({open.session().runs().back().id});
    for (const QString& tab : window.tabNames()) {
      window.showTab(tab);
      QStringList problems;
      wait_until([&] {
        problems.clear();
        for (const QWidget* widget : window.findChildren<QWidget*>()) {
          if (widget->isVisible()) problems << cut(widget);
        }
        problems.removeAll(QString());
        return problems.isEmpty();
      });
      INFO(tab.toStdString() << ": " << problems.join(QStringLiteral("; ")).toStdString());
      CHECK(problems.isEmpty());
      CHECK(window.width() == 1280);
    }
  }
  QCoreApplication::removeTranslator(&longer);
}

TEST_CASE("No tab needs more room than 1280 pixels leave beside the docks", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.resize(1280, 800);
  window.show();
  open.session().select({open.session().runs().back().id});
  for (const QString& tab : window.tabNames()) {
    window.showTab(tab);
    QCoreApplication::processEvents();
    const QWidget* page = window.tabPage(tab);
    INFO(tab.toStdString());
    CHECK(page->minimumSizeHint().width() <= 700);
  }
  CHECK(window.findChild<QDockWidget*>("runs")->width() >= 270);
  CHECK(window.findChild<QDockWidget*>("details")->width() >= 290);
}

TEST_CASE("Exported numbers are the same in every locale", "[ui]") {
  const auto exported = [](TableCard::Format format) {
    OpenSession open(kSample);
    MainWindow window(&open.session());
    window.show();
    window.showTab("Compare");
    const auto text = [&] { return window.compareTab()->table()->text(format); };
    CHECK(wait_until([&] { return text().count('\n') > 2; }));
    return text();
  };
  for (const auto format : {TableCard::Format::Csv, TableCard::Format::TabSeparated, TableCard::Format::Latex}) {
    const QString plain = exported(format);
    QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
    const QString german = exported(format);
    QLocale::setDefault(QLocale::c());
    CHECK(plain.contains('.'));
    CHECK(german == plain);
  }
}

}  // namespace
}  // namespace lorascope::ui
