// Times of the Inspect view: from a typed sentence to its full answer on screen and from a moved switch to its answer,
// for runs of a workspace; drawing and switching of a gate's scalings of 64 sentences, 48 modules and 3 adapters.
// Usage: bench_inspect [WORKSPACE RUN...]. Prints one line a measurement; exits with 1 when a limit is exceeded.

#include <QElapsedTimer>
#include <QLineEdit>
#include <QPixmap>
#include <QSlider>
#include <QTest>
#include <QToolButton>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

#include "tests/support/qt_application.h"
#include "tests/ui/inspect/scalings.h"
#include "ui/inspect/inspect_tab.h"
#include "ui/inspect/inspect_views.h"
#include "ui/inspect/sentence_input.h"
#include "ui/inspect/what_if_panel.h"
#include "ui/mixtures/scaling_card.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/process/lorascope_program.h"
#include "ui/widgets/theme.h"

using namespace lorascope;

namespace {

constexpr int kRounds = 15;
bool all_within = true;

double wall_milliseconds(const std::function<void()>& work) {
  QElapsedTimer timer;
  timer.start();
  work();
  return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

double median(const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < kRounds; ++i) times.push_back(wall_milliseconds(work));
  std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
  return times[kRounds / 2];
}

void report(const std::string& what, double ms, double limit_ms) {
  std::printf("%-62s %8.1f ms   limit %.0f ms\n", what.c_str(), ms, limit_ms);
  all_within = all_within && ms <= limit_ms;
}

void bench_map() {
  auto scalings = std::make_shared<const figures::Scalings>(test::made_up_scalings(64, 22, 24, 3));
  ui::ScalingCard card(QStringLiteral("Scalings"));
  card.resize(1000, 700);
  card.setScalings(scalings, 0, scalings->tokens.size());
  card.show();
  if (!QTest::qWaitForWindowExposed(&card)) return;
  QPixmap target(card.size());
  const auto draw = [&] { card.render(&target); };
  report("scalings 64 sentences x 48 modules x 3 adapters, drawn",
         median([&] {
           card.setScalings(scalings, 0, scalings->tokens.size());
           draw();
         }),
         50);
  const auto toggle = [&](ui::SegmentBar* bar) {
    return median([&, bar] {
      bar->choose(1 - bar->chosen());
      draw();
    });
  };
  report("predicted or applied", toggle(card.kindChoice()), 20);
  report("panels or dominant", toggle(card.modeChoice()), 20);
  report("blocks or modules", toggle(card.rowChoice()), 20);
}

void bench_run(ui::SessionModel& session, ui::InspectTab& tab, store::RunId run) {
  bool answered = false;
  const auto connection = QObject::connect(&tab, &ui::InspectTab::answered, &tab, [&] { answered = true; });
  const auto wait = [&] { return QTest::qWaitFor([&] { return answered; }, 30000); };
  session.select({run});
  QTest::qWaitFor([&] { return tab.process()->state() == ui::InspectorProcess::State::Ready; }, 30000);
  QTest::qWait(500);
  QPixmap target(tab.size());
  int number = 0;
  const std::string name = "run " + std::to_string(run);
  report(name + ": a sentence to its full answer, drawn", median([&] {
           answered = false;
           tab.input()->textField()->setText(QStringLiteral("Lady Gaga is playing in Sao Paulo on her newish piano %1 !").arg(++number));
           tab.ask();
           wait();
           tab.render(&target);
         }),
         300);
  if (tab.panel()->numAdapters() > 0)
    report(name + ": a dragged scaling to its answer, drawn", median([&] {
             answered = false;
             tab.panel()->slider(0)->setValue(++number % 100 + 20);
             wait();
             tab.render(&target);
           }),
           150);
  QObject::disconnect(connection);
}

}  // namespace

int main(int argc, char** argv) {
  test::qt_application();
  ui::applyTheme(test::qt_application(), ui::Appearance::Light);
  bench_map();
  if (argc > 2) {
    ui::SessionModel session;
    ui::LorascopeProgram program;
    ui::InspectTab tab(&session, &program);
    tab.resize(1000, 900);
    tab.show();
    session.openWorkspace(QString::fromLocal8Bit(argv[1]));
    QTest::qWaitFor([&] { return !session.runs().empty(); });
    for (int i = 2; i < argc; ++i) bench_run(session, tab, std::atoll(argv[i]));
  }
  return all_within ? 0 : 1;
}
