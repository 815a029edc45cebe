#include "ui/study/study_editor.h"

#include <QDropEvent>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QUrl>
#include <fstream>

#include "core/study/settings_fields.h"
#include "core/study/study.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/study/data_field.h"
#include "ui/study/data_summary.h"
#include "ui/study/method_list.h"
#include "ui/study/study_estimate.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = false};

study::StudyReading reading_of(const StudyDraft& draft) {
  return study::read_study(draft.toml().toStdString(), "study.toml", {.data_folder = {}, .check_files = false});
}

StudyDraft draft_of(StudyPreset preset, const std::string& task = "wnut17") {
  StudyDraft draft;
  draft.name = QStringLiteral("A \"study\"");
  draft.task = task;
  draft.train = QStringLiteral("train.txt");
  draft.eval = QStringLiteral("dev.txt");
  draft.test = QStringLiteral("test.txt");
  applyPreset(draft, preset);
  return draft;
}

TEST_CASE("Every preset of every task is a study file that core/study accepts", "[ui]") {
  for (const std::string& task : study::known_tasks()) {
    for (const StudyPreset preset : {StudyPreset::Paper, StudyPreset::Tuned, StudyPreset::Quick}) {
      const study::StudyReading reading = reading_of(draft_of(preset, task));
      for (const study::StudyIssue& issue : reading.issues)
        UNSCOPED_INFO(task << ": " << issue.to_problem("").to_text());
      CHECK(reading.issues.empty());
      CHECK(reading.study.runs.size() == (preset == StudyPreset::Tuned ? 6u : 2u));
    }
  }
}

TEST_CASE("What was typed is what the runs are: grid, seeds, own settings of a method", "[ui]") {
  StudyDraft draft = draft_of(StudyPreset::Paper);
  draft.seeds = QStringLiteral("1, 2");
  draft.grid = {{"training.batch_size", "[8, 16]"}};
  draft.methods[1].settings = settingsFromLine("lora.rank = 4; lora.targets = [\"key\"]; training.learning_rate=2e-3");
  const study::StudyReading reading = reading_of(draft);
  REQUIRE(reading.issues.empty());
  CHECK(reading.study.name == "A \"study\"");
  REQUIRE(reading.study.runs.size() == 8);
  const study::RunSettings& last = reading.study.runs.back();
  CHECK(last.lora.rank == 4);
  CHECK(last.lora.targets == std::vector<std::string>{"key"});
  CHECK(last.training.learning_rate == 2e-3);
  CHECK(last.training.batch_size == 16);
  CHECK(lineOf(settingsFromLine("a.b = 1; c = x y")) == "a.b = 1; c = \"x y\"");
}

TEST_CASE("A clone means the same run", "[ui]") {
  study::RunSettings settings;
  settings.method = study::Method::Lora;
  settings.group = "LoRA r 3";
  settings.train_file = "/data/train \"1\".txt";
  settings.training.learning_rate = 3e-4;
  settings.training.keep_best = true;
  settings.training.select_by = "f1";
  settings.training.seed = 7;
  settings.eval_file = "/data/dev.txt";
  settings.lora.rank = 3;
  settings.lora.targets = {"query", "key"};
  const study::StudyReading reading = reading_of(draftOf(settings));
  for (const study::StudyIssue& issue : reading.issues) UNSCOPED_INFO(issue.to_problem("").to_text());
  REQUIRE(reading.issues.empty());
  REQUIRE(reading.study.runs.size() == 1);
  CHECK(reading.study.runs.front().hash() == settings.hash());
}

TEST_CASE("The editor counts runs, shows file and command, and says what is wrong at once", "[ui]") {
  OpenSession open(kSample);
  StudyEditor editor(&open.session());
  editor.show();
  CHECK(editor.isValid());
  CHECK(editor.numRuns() == 6);
  CHECK(editor.toml().contains("data = \"miniature\""));
  StudyDraft draft = editor.draft();
  draft.seeds = QStringLiteral("1, two");
  editor.setDraft(draft);
  CHECK_FALSE(editor.isValid());
  draft.seeds = QStringLiteral("1");
  draft.settings["training.learning_rate"] = "-1";
  editor.setDraft(draft);
  CHECK_FALSE(editor.isValid());
  draft.settings["training.learning_rate"] = "1e-4";
  editor.setDraft(draft);
  CHECK(editor.numRuns() == 2);
  QSignalSpy started(&editor, &StudyEditor::startRequested);
  editor.start();
  REQUIRE(started.size() == 1);
  const std::string path = started[0][0].toString().toStdString();
  CHECK(study::load_study(path).runs.size() == 2);
}

TEST_CASE("A dropped data file is counted, and one that cannot be read says why", "[ui]") {
  OpenSession open(kSample);
  const std::filesystem::path good = open.folder() / "train.conll", bad = open.folder() / "bad.conll";
  std::ofstream(good) << "Anna\tB-person\nsleeps\tO\n\nhere\tO\n";
  std::ofstream(bad) << "word without a tag\n";
  StudyEditor editor(&open.session());
  editor.show();
  editor.takeDataFile(QString::fromStdString(good.string()));
  auto* field = editor.findChild<DataField*>();
  CHECK(wait_until([&] { return field->summary().num_examples == 2; }));
  CHECK(field->summary().counts.contains("1 entities"));
  CHECK(editor.draft().train.endsWith("train.conll"));
  field->setFile(QString::fromStdString(bad.string()));
  CHECK(wait_until([&] { return !field->summary().problem.isEmpty(); }));
  CHECK(wait_until([&] { return !editor.isValid(); }));
  CHECK(summarizeFile("squad", QStringLiteral("/no/such/file")).problem.contains("/no/such/file"));
}

TEST_CASE("An estimate follows finished runs of the same kind", "[ui]") {
  study::RunSettings settings;
  settings.training.batch_size = 8;
  settings.training.epochs = 2;
  store::RunRecord known;
  known.task = "wnut17";
  known.method = "ft";
  known.settings = settings.to_json();
  known.result.seconds = 100;
  known.heartbeat.total_steps = 50;  // 400 examples: 0.25 s each
  CHECK(estimate({settings}, {known}, 1000).seconds == Approx(500));
  CHECK(estimate({settings}, {}, 1000).num_judged == 0);
  CHECK(estimate({settings}, {}, 1000).text().contains("after the first"));
  settings.method = study::Method::Lora;
  CHECK(estimate({settings}, {known}, 1000).num_judged == 0);
}

}  // namespace
}  // namespace lorascope::ui
