#include "ui/inspect/inspect_tab.h"

#include <QCheckBox>
#include <QDragEnterEvent>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QProcess>
#include <QPushButton>
#include <QSlider>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QUrl>
#include <cmath>

#include "core/base/files.h"
#include "core/store/pin_store.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/tiny_run.h"
#include "tests/ui/shell/waiting.h"
#include "ui/inspect/aggregate_card.h"
#include "ui/inspect/inspect_views.h"
#include "ui/inspect/pair_card.h"
#include "ui/inspect/path_card.h"
#include "ui/inspect/probability_bars.h"
#include "ui/inspect/sentence_input.h"
#include "ui/inspect/token_strip.h"
#include "ui/inspect/what_if_panel.h"
#include "ui/mixtures/scaling_card.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/widgets/message_bar.h"


namespace lorascope::ui {
namespace {

namespace fs = std::filesystem;
using test::wait_until;

constexpr int kPatience = 20000;

/// A workspace with a run of each method over one tiny model, trained once for all tests of this program.
const fs::path& trainedFolder() {
  static const test::TemporaryFolder folder;
  static const bool is_trained = [] {
    const fs::path& path = folder.path();
    test::write_tiny_run(path, 24);
    const auto train = [&](const QString& more) {
      const QString common = "train --workspace w --model model --task wnut17 --train train.conll --eval eval.conll "
                             "--lr 0.02 --max-steps 4 --batch-size 8 --threads 1 ";
      QProcess process;
      process.setWorkingDirectory(QString::fromStdString(path.string()));
      process.start(QStringLiteral(LORASCOPE_PROGRAM_FILE), (common + more).split(' ', Qt::SkipEmptyParts));
      return process.waitForFinished(60000) && process.exitCode() == 0;
    };
    return train("--method lora --rank 2 --name north --export north") &&
           train("--method lora --rank 2 --name south --seed 7 --export south") &&
           train("--method xlora --adapters north,south --name mixed") && train("--method ft --name tuned");
  }();
  if (!is_trained) throw std::runtime_error("the runs to inspect could not be trained");
  return folder.path();
}

/// The tab on one of these runs, with its first answer.
struct OpenTab {
  QApplication& application = test::qt_application();
  test::TemporaryFolder folder;
  SessionModel session;
  LorascopeProgram program;
  std::unique_ptr<InspectTab> tab;

  explicit OpenTab(store::RunId run) : program(prepared()) {
    fs::copy(trainedFolder() / "w", folder.path() / "w", fs::copy_options::recursive);
    tab = std::make_unique<InspectTab>(&session, &program);
    tab->resize(1000, 800);
    tab->show();
    session.openWorkspace(QString::fromStdString((folder.path() / "w").string()));
    REQUIRE(wait_until([&] { return session.runs().size() == 4; }));
    session.select({run});
  }

  /// Before the program looks where it is.
  static QObject* prepared() {
    qputenv("LORASCOPE_PROGRAM", LORASCOPE_PROGRAM_FILE);
    return nullptr;
  }

  bool answered(const std::function<bool()>& condition) { return wait_until(condition, kPatience); }
  void type(const QString& text) {
    tab->input()->textField()->setText(text);
    QTest::keyClick(tab->input()->textField(), Qt::Key_Return);
  }
  TokenStrip* strip() { return tab->views()->strip(); }
};

TEST_CASE("The worst prediction is asked about first; a typed sentence answers with chips and plots", "[ui]") {
  OpenTab open(1);
  REQUIRE(open.answered([&] { return open.strip()->numChips() > 0; }));
  CHECK_FALSE(open.tab->input()->textField()->text().isEmpty());
  open.type("abc d, e");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 8; }));
  CHECK(open.strip()->chipText(1) == "a");
  CHECK_FALSE(open.strip()->chipLabel(1).isEmpty());
  CHECK(open.tab->views()->distances()->view()->figure().lines.size() >= 1);
  CHECK(open.tab->views()->paths()->view()->figure().lines.size() == 2);
  CHECK(open.tab->views()->scalings()->isHidden());
  // Pieces become words.
  open.tab->views()->wordChoice()->choose(1);
  CHECK(open.strip()->numChips() == 6);
  CHECK(open.strip()->chipText(1) == "abc");
  QTest::mouseClick(open.strip(), Qt::LeftButton, {}, open.strip()->chipRect(2).center());
  CHECK(open.tab->views()->token() == 4);
  CHECK(open.tab->panel()->bars()->bars().size() == 4);
  CHECK(open.tab->input()->historyMenu()->actions().size() >= 2);
  QTest::mouseClick(open.tab->input()->worstButton(), Qt::LeftButton);
  CHECK(open.answered([&] { return open.strip()->numChips() != 6; }));
}

TEST_CASE("Switches and sliders change the prediction; reset brings it back", "[ui]") {
  OpenTab open(1);
  open.type("abc d e");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7 && open.tab->panel()->numAdapters() == 1; }));
  WhatIfPanel* panel = open.tab->panel();
  const double before = panel->bars()->bars().front().value;
  QTest::mouseClick(panel->adapterSwitch(0), Qt::LeftButton, {}, QPoint(8, panel->adapterSwitch(0)->height() / 2));
  REQUIRE(panel->whatIf().contains("without"));
  REQUIRE(open.answered([&] { return open.tab->views()->distances()->view()->figure().lines.size() == 3; }));
  const auto& figure = open.tab->views()->distances()->view()->figure();
  CHECK(figure.lines[0].name == "unchanged");
  CHECK(figure.lines[1].y.back() < 1e-4);
  QTest::mouseClick(panel->adapterSwitch(0), Qt::LeftButton, {}, QPoint(8, panel->adapterSwitch(0)->height() / 2));
  CHECK(open.answered([&] { return std::abs(panel->bars()->bars().front().value - before) < 1e-6; }));
  panel->slider(0)->setValue(200);
  CHECK(panel->whatIf().value("set").toArray().size() == 1);
  REQUIRE(open.answered([&] { return open.tab->whatIfMilliseconds() > 0 && open.tab->views()->distances()->view()->figure().lines.size() == 3; }));
  QTest::mouseClick(panel->gateButton(0), Qt::LeftButton);
  CHECK(panel->whatIf().isEmpty());
  REQUIRE_FALSE(panel->blockSwitches().empty());
  QTest::mouseClick(panel->blockSwitches()[1], Qt::LeftButton);
  CHECK(panel->whatIf().value("blocks_off").toArray().size() == 1);
  panel->reset();
  CHECK(panel->whatIf().isEmpty());
  CHECK(open.answered([&] { return open.tab->views()->distances()->view()->figure().lines.size() == 2; }));
}

TEST_CASE("A mixture shows the map of its gate and bars of the chosen token", "[ui]") {
  OpenTab open(3);
  open.type("abc d e");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7; }));
  CHECK_FALSE(open.tab->views()->scalings()->isHidden());
  CHECK(open.tab->views()->bars()->view()->figure().lines.size() == 2);
  CHECK(open.tab->panel()->numAdapters() == 2);
  open.tab->panel()->adapterSwitch(1)->click();
  REQUIRE(open.answered([&] { return open.tab->whatIfMilliseconds() > 0; }));
  CHECK(open.answered([&] {
    const auto& lines = open.tab->views()->bars()->view()->figure().lines;
    return lines.size() == 2 && lines[1].y.front() == 0;
  }));
}

TEST_CASE("A second text is aligned with the first, and its distance drawn by layer", "[ui]") {
  OpenTab open(4);
  QTest::mouseClick(open.tab->input()->secondButton(), Qt::LeftButton);
  open.tab->input()->secondField()->setText("d e abc");
  open.type("abc d e");
  REQUIRE(open.answered([&] { return !open.tab->views()->pair()->isHidden(); }));
  CHECK(open.tab->views()->pairDistances()->view()->figure().lines.size() == 2);
  CHECK(open.tab->views()->pair()->map()->map().columns.size() == 7);
  open.tab->views()->pair()->choice()->choose(1);
  CHECK(open.tab->views()->pair()->map()->map().diverging);
}

TEST_CASE("Pins keep text and switches; means by class fill a table; neighbours are found", "[ui]") {
  OpenTab open(1);
  open.type("abc d e");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7 && open.tab->panel()->numAdapters() == 1; }));
  WhatIfPanel* panel = open.tab->panel();
  panel->slider(0)->setValue(50);
  QTest::mouseClick(panel->pinButton(), Qt::LeftButton);
  REQUIRE(open.answered([&] { return panel->pinList()->count() == 1; }));
  CHECK(panel->pinList()->item(0)->text() == "abc d e (what if)");
  panel->reset();
  open.type("b b");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 4; }));
  Q_EMIT panel->pinList()->itemActivated(panel->pinList()->item(0));
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7; }));
  CHECK(panel->slider(0)->value() == 50);

  Q_EMIT open.tab->aggregate()->fileChosen(QString::fromStdString((trainedFolder() / "eval.conll").string()));
  REQUIRE(open.answered([&] { return open.tab->aggregate()->model()->rowCount() > 1; }));
  CHECK(open.tab->aggregate()->text(TableCard::Format::Csv).contains("class,texts"));
  QTest::mouseClick(panel->nearestButton(), Qt::LeftButton);
  CHECK(open.answered([&] { return panel->nearestText()->text().contains("<b>"); }));

  // The pinned texts as a set: a second one, and the means over both.
  open.type("e f");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 4; }));
  QTest::mouseClick(panel->pinButton(), Qt::LeftButton);
  REQUIRE(open.answered([&] { return panel->pinList()->count() == 2; }));
  REQUIRE(open.answered([&] { return open.tab->aggregate()->pinsButton()->text().contains('2'); }));
  const QString of_file = open.tab->aggregate()->text(TableCard::Format::Csv);
  QTest::mouseClick(open.tab->aggregate()->pinsButton(), Qt::LeftButton);
  REQUIRE(open.answered([&] { return open.tab->aggregate()->text(TableCard::Format::Csv) != of_file; }));
  // Five words in two texts, the last row being of all classes, or of the only one.
  CHECK(open.tab->aggregate()->text(TableCard::Format::Csv).trimmed().section('\n', -1).contains(",2,5,"));

  Q_EMIT open.tab->aggregate()->fileChosen("/nowhere/at-all.txt");
  CHECK(open.answered([&] { return open.tab->aggregate()->messages()->message().contains("at-all.txt"); }));
}

/// Moves the pointer as the window system reports it, whatever the real one does.
void hover(QWidget* widget, const QPointF& at) {
  QMouseEvent event(QEvent::MouseMove, at, widget->mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
  QApplication::sendEvent(widget, &event);
}

TEST_CASE("A token that is pointed at is marked in every panel", "[ui]") {
  OpenTab open(3);
  QTest::mouseClick(open.tab->input()->secondButton(), Qt::LeftButton);
  open.tab->input()->secondField()->setText("abc e d");
  open.type("abc d e");
  InspectViews* views = open.tab->views();
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7 && !views->pair()->isHidden(); }));
  ScalingMapView* map = views->scalings()->view();
  views->chooseToken(1);
  hover(open.strip(), open.strip()->chipRect(2).center());
  CHECK(map->hovered() == 2);
  CHECK(views->pair()->map()->hoveredColumn() == 2);
  CHECK(views->pair()->alignedText().count("background-color") == 2);
  CHECK(views->paths()->view()->pointed().size() == 2);
  hover(map, map->cellRect(1, 0, 1).center());
  CHECK(open.strip()->hovered() == 1);
  CHECK(views->pair()->map()->hoveredColumn() == 1);
  // The chosen token's own path is drawn already.
  CHECK(views->paths()->view()->pointed().empty());
  hover(views->pair()->map(), views->pair()->map()->cellRect(0, 3).center());
  CHECK(open.strip()->hovered() == 3);
  CHECK(map->hovered() == 3);
  QEvent left(QEvent::Leave);
  QApplication::sendEvent(views->pair()->map(), &left);
  CHECK(open.strip()->hovered() == -1);
  CHECK(map->hovered() == -1);
}

TEST_CASE("An adapter's or a model's folder is inspected without a run, opened or dropped", "[ui]") {
  OpenTab open(1);
  REQUIRE(open.answered([&] { return open.strip()->numChips() > 0; }));
  const QString adapter = QString::fromStdString((trainedFolder() / "south").string());
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(adapter)});
  QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(open.tab.get(), &enter);
  REQUIRE(enter.isAccepted());
  QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(open.tab.get(), &drop);
  CHECK(open.tab->folder() == adapter);
  REQUIRE(open.answered([&] { return open.tab->panel()->numAdapters() == 1 && open.tab->panel()->adapterSwitch(0)->text() == "south"; }));
  open.type("abc d e");
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7; }));
  CHECK(open.tab->views()->distances()->view()->figure().lines.size() >= 1);
  CHECK_FALSE(open.tab->input()->worstButton()->isEnabled());
  // A model's folder has nothing to compare with and nothing to switch off.
  open.tab->openFolder(QString::fromStdString((trainedFolder() / "model").string()));
  REQUIRE(open.answered([&] { return open.tab->process()->description().value("kind").toString() == "base"; }));
  REQUIRE(open.answered([&] { return open.strip()->numChips() == 7; }));
  CHECK(open.tab->panel()->numAdapters() == 0);
  // Another run takes its place.
  open.session.select({2});
  REQUIRE(open.answered([&] { return open.tab->process()->description().value("name").toString().startsWith("run 2"); }));
  CHECK(open.tab->folder().isEmpty());
  CHECK_FALSE(InspectTab::isInspectable(QString::fromStdString(trainedFolder().string())));
  CHECK_FALSE(InspectTab::isInspectable("/nowhere/at/all"));
}

TEST_CASE("A folder whose base is elsewhere says so and asks for it", "[ui]") {
  OpenTab open(1);
  REQUIRE(open.answered([&] { return open.strip()->numChips() > 0; }));
  const fs::path lost = open.folder.path() / "lost";
  fs::copy(trainedFolder() / "north", lost, fs::copy_options::recursive);
  std::string config = read_file(lost / "adapter_config.json");
  QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(config)).object();
  json.insert("base_model_name_or_path", "elsewhere/encoder");
  write_file_atomically(lost / "adapter_config.json", QJsonDocument(json).toJson().toStdString());
  open.tab->openFolder(QString::fromStdString(lost.string()));
  REQUIRE(open.answered([&] { return open.tab->messages()->message().contains("elsewhere/encoder"); }));
  open.tab->openFolder(QString::fromStdString(lost.string()), QString::fromStdString((trainedFolder() / "model").string()));
  REQUIRE(open.answered([&] { return open.tab->panel()->numAdapters() == 1; }));
  CHECK(open.tab->messages()->message().isEmpty());
}

TEST_CASE("A result that is gone is an error in place with a way to try again", "[ui]") {
  OpenTab open(2);
  REQUIRE(open.answered([&] { return open.strip()->numChips() > 0; }));
  fs::remove_all(open.folder.path() / "w" / "artifacts" / "run-1");
  open.session.select({1});
  REQUIRE(open.answered([&] { return !open.tab->messages()->message().isEmpty(); }));
  CHECK(open.tab->messages()->message().contains("no result to inspect"));
}

}  // namespace
}  // namespace lorascope::ui
