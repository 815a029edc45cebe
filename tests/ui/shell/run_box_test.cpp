#include "ui/widgets/run_box.h"

#include <QSignalSpy>

#include "tests/support/catch.h"

namespace lorascope::ui {
namespace {

TEST_CASE("The chosen run stays chosen while the list of runs changes", "[run box]") {
  RunBox box;
  CHECK(box.run() == 0);
  box.setEntries({{"FT", 1}, {"LoRA", 2}, {"LoRA r 16", 3}});
  CHECK(box.run() == 1);
  box.setRun(3);
  CHECK(box.currentText() == "LoRA r 16");
  box.setRun(99);
  CHECK(box.run() == 3);

  QSignalSpy chosen(&box, &QComboBox::currentIndexChanged);
  box.setEntries({{"LoRA r 16", 3}, {"FT", 1}});
  CHECK(box.run() == 3);
  CHECK(box.count() == 2);
  CHECK(chosen.isEmpty());
  box.setEntries({{"FT", 1}});
  CHECK(box.run() == 1);
  box.setEntries({});
  CHECK(box.run() == 0);
}

TEST_CASE("The same runs again leave an open list alone", "[run box]") {
  RunBox box;
  box.setEntries({{"FT", 1}, {"LoRA", 2}});
  QSignalSpy exchanged(box.model(), &QAbstractItemModel::modelReset);
  box.setEntries({{"FT", 1}, {"LoRA", 2}});
  CHECK(exchanged.isEmpty());
  box.setEntries({{"FT", 1}, {"LoRA r 8", 2}});
  CHECK(exchanged.size() == 1);
}

TEST_CASE("The width of a list of runs is that of no name in it", "[run box]") {
  RunBox box;
  const int width = box.sizeHint().width();
  box.setEntries({{QString(400, QLatin1Char('x')), 1}});
  CHECK(box.sizeHint().width() == width);
}

}  // namespace
}  // namespace lorascope::ui
