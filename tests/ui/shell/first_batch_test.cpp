#include "ui/train/first_batch.h"

#include <set>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "ui/train/first_batch_view.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const std::string kBatch = R"({"task": "wnut17", "longest": 5, "tokens": 8, "rows": [
  {"example": 7, "tokens": ["[CLS]", "port", "##lan", "[SEP]"], "labels": [null, "B-location", null, null],
   "input_ids": [101, 3417, 5802, 102], "token_type_ids": [0, 0, 0, 0], "attention_mask": [1, 1, 1, 1]},
  {"example": 9, "tokens": ["[CLS]", "so", "it", "goes", "[SEP]"], "labels": [null, "O", "O", "O", null],
   "input_ids": [101, 2061, 2009, 3632, 102], "token_type_ids": [0, 0, 0, 0, 0], "attention_mask": [1, 1, 1, 1, 1]}]})";

TEST_CASE("The first batch is read as the run wrote it", "[ui]") {
  const FirstBatch batch = FirstBatch::fromJson(kBatch);
  REQUIRE(batch.rows.size() == 2);
  CHECK(batch.rows[0].example == 7);
  CHECK(batch.rows[0].tokens == QStringList{"[CLS]", "port", "##lan", "[SEP]"});
  CHECK(batch.rows[0].labels == QStringList{"", "B-location", "", ""});
  CHECK(batch.rows[1].mask == std::vector<int>{1, 1, 1, 1, 1});
  CHECK(batch.tokens == 9);
  CHECK(batch.longest == 5);
  CHECK(batch.numLabelled() == 4);
  CHECK(batch.summary().contains("padded it would be 10"));
}

TEST_CASE("A text that is no first batch gives an empty one", "[ui]") {
  CHECK(FirstBatch::fromJson("").rows.empty());
  CHECK(FirstBatch::fromJson("[1, 2").rows.empty());
  CHECK(FirstBatch::fromJson(R"({"rows": [{"tokens": ["a"]}]})").rows.front().labels == QStringList{""});
}

TEST_CASE("The view breaks long rows and is taller where it is narrower", "[ui]") {
  test::qt_application();
  FirstBatchView view;
  view.setBatch(FirstBatch::fromJson(kBatch));
  CHECK(view.heightForWidth(150) > view.heightForWidth(800));
  CHECK(view.accessibleDescription().contains("port ##lan"));
  view.resize(400, view.heightForWidth(400));
  const QImage picture = view.grab().toImage();
  std::set<QRgb> colours;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) colours.insert(picture.pixel(x, y));
  }
  CHECK(colours.count(coloursOf(Appearance::Light).surface.rgb()) == 1);
  CHECK(colours.size() > 10);
}

}  // namespace
}  // namespace lorascope::ui
