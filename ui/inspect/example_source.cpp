#include "ui/inspect/example_source.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPointer>
#include <QStandardPaths>
#include <QThreadPool>
#include <algorithm>
#include <filesystem>
#include <map>

#include "core/data/minimal_pairs.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::ui {
namespace {

constexpr std::size_t kMostExamples = 200;
constexpr int kPairsOfKind = 5;

/// Does `work` on another thread and gives its result to `take` on the UI thread while `owner` lives.
template <class Result, class Work>
void inBackground(QObject* owner, Work work, std::function<void(const Result&)> take) {
  QThreadPool::globalInstance()->start([owner = QPointer(owner), work = std::move(work), take = std::move(take)] {
    Result result;
    try {
      result = work();
    } catch (const std::exception&) {
      // A workspace that cannot be read says so elsewhere; here there is nothing to choose from.
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [owner, take, result = std::move(result)] {
      if (owner) take(result);
    });
  });
}

/// The input of a stored prediction, empty where the row does not hold the whole example.
QJsonObject inputOf(const std::string& content, const std::string& task) {
  const QJsonObject row = QJsonDocument::fromJson(QByteArray::fromStdString(content)).object();
  QJsonObject input;
  if (task == "squad") {
    if (!row.contains(QStringLiteral("context"))) return {};
    input.insert(QStringLiteral("question"), row.value(QStringLiteral("question")));
    input.insert(QStringLiteral("text"), row.value(QStringLiteral("context")));
  } else if (task == "swag") {
    if (!row.contains(QStringLiteral("endings"))) return {};
    input.insert(QStringLiteral("text"), row.value(QStringLiteral("sent1")));
    input.insert(QStringLiteral("start"), row.value(QStringLiteral("sent2")));
    input.insert(QStringLiteral("endings"), row.value(QStringLiteral("endings")));
  } else if (row.contains(QStringLiteral("words"))) {
    input.insert(QStringLiteral("words"), row.value(QStringLiteral("words")));
  }
  return input;
}

double rankOf(const std::string& content) {
  return QJsonDocument::fromJson(QByteArray::fromStdString(content)).object().value(QStringLiteral("rank")).toDouble();
}

ExampleSource::Examples examplesOf(const store::RunStore& store, RunId run, const std::string& task, bool is_of_several) {
  ExampleSource::Examples examples;
  for (std::string split : {"eval", "test"}) {
    if (is_of_several) split += "/" + task;
    std::vector<store::Prediction> worst = store.predictions(run, store::worst_split(split));
    std::stable_sort(worst.begin(), worst.end(),
                     [](const auto& a, const auto& b) { return rankOf(a.content) < rankOf(b.content); });
    for (const store::Prediction& row : worst)
      if (const QJsonObject input = inputOf(row.content, task); !input.isEmpty()) examples.worst.push_back(input);
    for (const store::Prediction& row : store.predictions(run, split)) {
      if (examples.others.size() == kMostExamples) break;
      if (const QJsonObject input = inputOf(row.content, task); !input.isEmpty()) examples.others.push_back(input);
    }
  }
  return examples;
}

/// experiments/minimal-pairs of an installed program or of the source tree it was built in.
std::vector<std::filesystem::path> pairFiles() {
  const QDir beside(QCoreApplication::applicationDirPath());
  QStringList folders{qEnvironmentVariable("LORASCOPE_PAIRS"), beside.filePath(QStringLiteral("../share/lorascope/experiments/minimal-pairs")),
                      beside.filePath(QStringLiteral("../../../experiments/minimal-pairs"))};
  for (const QString& folder : folders) {
    if (folder.isEmpty()) continue;
    std::vector<std::filesystem::path> files;
    const QStringList names = QDir(folder).entryList({QStringLiteral("*.csv")}, QDir::Files, QDir::Name);
    for (const QString& name : names) files.emplace_back(QDir(folder).filePath(name).toStdString());
    if (!files.empty()) return files;
  }
  return {};
}

}  // namespace

ExampleSource::ExampleSource(SessionModel* session, QObject* parent) : QObject(parent), session_(session) {}

void ExampleSource::readExamples(RunId run, const std::string& task, bool is_of_several,
                                 std::function<void(const Examples&)> take) {
  inBackground<Examples>(
      this,
      [folder = session_->workspaceFolder().toStdString(), run, task, is_of_several] {
        const store::Workspace workspace = store::Workspace::open(folder);
        return examplesOf(store::RunStore(workspace), run, task, is_of_several);
      },
      std::move(take));
}

void ExampleSource::readPairs(std::function<void(const std::vector<Pair>&)> take) {
  inBackground<std::vector<Pair>>(
      this,
      [] {
        std::vector<Pair> pairs;
        std::map<std::string, int> counts;
        for (const std::filesystem::path& file : pairFiles())
          for (const data::MinimalPair& pair : data::read_minimal_pairs(file))
            if (counts[pair.kind]++ < kPairsOfKind)
              pairs.push_back({QString::fromStdString((pair.changes_form ? "form: " : "meaning: ") + pair.kind),
                               QString::fromStdString(pair.first), QString::fromStdString(pair.second)});
        return pairs;
      },
      std::move(take));
}

/// On the session's connection, behind the edits that were asked for before: a new pin is there.
void ExampleSource::readPins(std::function<void(const std::vector<store::PinRecord>&)> take) {
  session_->edit([owner = QPointer(this), take = std::move(take)](const store::Workspace& workspace) {
    const std::vector<store::PinRecord> pins = store::PinStore(workspace).list();
    QMetaObject::invokeMethod(QCoreApplication::instance(), [owner, take, pins] {
      if (owner) take(pins);
    });
  });
}

void ExampleSource::addPin(RunId run, const QJsonObject& content) {
  const std::string text = QJsonDocument(content).toJson(QJsonDocument::Compact).toStdString();
  session_->edit([run, text](const store::Workspace& workspace) { store::PinStore(workspace).add(run, text); });
}

void ExampleSource::removePin(std::int64_t id) {
  session_->edit([id](const store::Workspace& workspace) { store::PinStore(workspace).remove(id); });
}

std::vector<QJsonObject> pinnedInputs(const std::vector<store::PinRecord>& pins, const QString& task) {
  std::vector<QJsonObject> inputs;
  for (const store::PinRecord& pin : pins) {
    const QJsonObject content = QJsonDocument::fromJson(QByteArray::fromStdString(pin.content)).object();
    for (const QString& part : {QStringLiteral("input"), QStringLiteral("second")}) {
      const QJsonObject input = content.value(part).toObject();
      const QString own = input.contains(QStringLiteral("endings"))    ? QStringLiteral("swag")
                          : input.contains(QStringLiteral("question")) ? QStringLiteral("squad")
                                                                       : QStringLiteral("wnut17");
      if (!input.isEmpty() && own == task) inputs.push_back(input);
    }
  }
  return inputs;
}

}  // namespace lorascope::ui
