#include "ui/train/first_batch.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <algorithm>

#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

std::vector<int> numbersOf(const QJsonValue& value) {
  std::vector<int> numbers;
  const QJsonArray array = value.toArray();
  for (const QJsonValue& number : array) {
    numbers.push_back(number.toInt());
  }
  return numbers;
}

QStringList textsOf(const QJsonValue& value) {
  QStringList texts;
  const QJsonArray array = value.toArray();
  for (const QJsonValue& text : array) {
    texts.append(text.toString());
  }
  return texts;
}

/// What the row is beside its tokens.
QString captionOf(const QJsonObject& row) {
  if (row.contains(QLatin1String("choice"))) {
    const QString choice = QObject::tr("choice %1").arg(row.value("choice").toInt());
    return row.value("is_right").toBool() ? choice + QObject::tr(", the right one") : choice;
  }
  if (!row.contains(QLatin1String("question"))) return {};
  const QString answer = row.value("answer").toString();
  if (answer.isEmpty()) return QObject::tr("no answer");
  return row.value("start_position").toInt() > 0 ? QObject::tr("right answer: %1").arg(answer)
                                                 : QObject::tr("right answer, not in this window: %1").arg(answer);
}

constexpr int kMostTokens = 500;

}  // namespace

FirstBatch FirstBatch::fromJson(const std::string& json) {
  FirstBatch batch;
  const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
  const QJsonArray rows = object.value("rows").toArray();
  for (const QJsonValue& value : rows) {
    const QJsonObject entry = value.toObject();
    BatchRow row;
    row.example = entry.value("example").toInteger();
    row.tokens = textsOf(entry.value("tokens"));
    row.labels = textsOf(entry.value("labels"));
    row.labels.resize(row.tokens.size());
    row.ids = numbersOf(entry.value("input_ids"));
    row.types = numbersOf(entry.value("token_type_ids"));
    row.mask = numbersOf(entry.value("attention_mask"));
    row.caption = captionOf(entry);
    batch.longest = std::max(batch.longest, static_cast<int>(row.tokens.size()));
    batch.tokens += static_cast<int>(row.tokens.size());
    batch.rows.push_back(std::move(row));
  }
  return batch;
}

int FirstBatch::numLabelled() const {
  int number = 0;
  for (const BatchRow& row : rows) {
    number += static_cast<int>(
        std::count_if(row.labels.begin(), row.labels.end(), [](const QString& label) { return !label.isEmpty(); }));
  }
  return number;
}

std::size_t FirstBatch::numShownRows() const {
  qsizetype shown = 0;
  std::size_t number = 0;
  while (number < rows.size() && (number == 0 || shown + rows[number].tokens.size() <= kMostTokens)) {
    shown += rows[number++].tokens.size();
  }
  return number;
}

QString FirstBatch::summary() const {
  return QObject::tr("%1 rows, %2 real tokens, %3 with a label; padded it would be %4")
      .arg(countText(static_cast<qint64>(rows.size())), countText(tokens), countText(numLabelled()),
           countText(static_cast<qint64>(rows.size()) * longest));
}

}  // namespace lorascope::ui
