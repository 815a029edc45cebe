#include "ui/study/data_summary.h"

#include <QObject>
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/tagging_summary.h"
#include "core/data/wnut17.h"
#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

template <typename Map>
QString listed(const Map& counts) {
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  QStringList texts;
  for (const auto& [name, count] : sorted) {
    texts.append(QString::fromStdString(name) + ' ' + countText(static_cast<std::int64_t>(count)));
  }
  return texts.join(QStringLiteral(", "));
}

QString number(std::size_t value) {
  return countText(static_cast<std::int64_t>(value));
}

void readTags(const std::filesystem::path& file, DataSummary& summary) {
  const std::vector<data::TaggedSentence> sentences = data::read_tagged_sentences(file);
  const data::TaggingSummary counted = data::summarize(sentences);
  summary.num_examples = static_cast<qint64>(counted.num_sentences);
  summary.counts = QObject::tr("%1 sentences, %2 words, %3 entities")
                       .arg(number(counted.num_sentences), number(counted.num_words), number(counted.num_entities));
  summary.distribution = listed(counted.entities);
  for (const std::string& remark : counted.remarks) summary.remarks.append(QString::fromStdString(remark));
}

void readQuestions(const std::filesystem::path& file, DataSummary& summary) {
  const data::SquadData data = data::read_squad(file);
  std::set<std::string> contexts;
  std::size_t unanswerable = 0;
  for (const data::SquadQuestion& question : data.questions) {
    contexts.insert(question.context);
    unanswerable += question.answers.empty() ? 1 : 0;
  }
  summary.num_examples = static_cast<qint64>(data.questions.size());
  summary.counts =
      QObject::tr("%1 questions about %2 passages").arg(number(data.questions.size()), number(contexts.size()));
  if (unanswerable > 0) summary.distribution = QObject::tr("%1 without an answer").arg(number(unanswerable));
}

void readChoices(const std::filesystem::path& file, DataSummary& summary) {
  const std::vector<data::SwagRow> rows = data::read_swag(file);
  std::map<std::string, std::size_t> labels;
  for (const data::SwagRow& row : rows) ++labels[row.label < 0 ? "unlabelled" : "choice " + std::to_string(row.label)];
  summary.num_examples = static_cast<qint64>(rows.size());
  summary.counts = QObject::tr("%1 beginnings with four continuations each").arg(number(rows.size()));
  summary.distribution = listed(labels);
}

}  // namespace

DataSummary summarizeFile(const std::string& task, const QString& file) {
  DataSummary summary;
  try {
    const std::filesystem::path path = file.toStdString();
    if (task == "squad") {
      readQuestions(path, summary);
    } else if (task == "swag") {
      readChoices(path, summary);
    } else {
      readTags(path, summary);
    }
  } catch (const Error& error) {
    summary.problem = QString::fromStdString(error.message());
    if (!error.hint().empty()) summary.problem += '\n' + QString::fromStdString(error.hint());
  } catch (const std::exception& error) {
    summary.problem = QString::fromUtf8(error.what());
  }
  return summary;
}

}  // namespace lorascope::ui
