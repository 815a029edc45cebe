#include "ui/train/prediction_html.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <QStringList>

#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr qint64 kPassageRoom = 360;  ///< code points around the answers

QString coloured(const QString& text, const QColor& colour) {
  return QStringLiteral("<span style=\"color:%1\">%2</span>").arg(colour.name(), text);
}

QString caption(const QString& text, const Colours& colours) {
  return QStringLiteral("<small>%1</small>").arg(coloured(text.toHtmlEscaped(), colours.secondary));
}

QString tagsHtml(const QJsonObject& content, const Colours& colours) {
  const QJsonArray words = content.value("words").toArray(), gold = content.value("gold").toArray(),
                   guess = content.value("guess").toArray();
  QStringList parts;
  for (qsizetype i = 0; i < words.size(); ++i) {
    const QString word = words[i].toString().toHtmlEscaped();
    const QString right = gold[i].toString(), guessed = guess[i].toString();
    if (right == guessed) {
      parts.append(right == "O" ? word
                                : QStringLiteral("<b>%1</b> ").arg(word) + coloured('[' + right + ']', colours.ok));
    } else {
      parts.append(QStringLiteral("<b>%1</b> ").arg(word) +
                   coloured(QObject::tr("[%1, right: %2]").arg(guessed, right), colours.error));
    }
  }
  return parts.join(' ');
}

QString answerHtml(const QJsonObject& content, const Colours& colours) {
  QString html = QStringLiteral("<b>%1</b><br>").arg(content.value("question").toString().toHtmlEscaped());
  const QJsonArray gold = content.value("gold").toArray(), starts = content.value("gold_starts").toArray(),
                   span = content.value("guess_span").toArray();
  const QString guess = content.value("guess").toString();
  if (content.contains("context")) {
    MarkedSpan right, guessed;
    if (!starts.isEmpty()) {
      right.begin = starts[0].toInteger();
      right.end = right.begin + gold[0].toString().toUcs4().size();
    }
    if (span.size() == 2 && !guess.isEmpty()) guessed = {span[0].toInteger(), span[1].toInteger()};
    html += markedPassage(content.value("context").toString(), right, guessed, colours) + QStringLiteral("<br>");
  }
  QStringList answers;
  for (const QJsonValue& answer : gold) answers.append(answer.toString());
  answers.removeDuplicates();
  const QString none = QObject::tr("no answer");
  html += caption(QObject::tr("guessed: "), colours) +
          coloured((guess.isEmpty() ? none : guess).toHtmlEscaped(), colours.error) +
          caption(QObject::tr("   right: "), colours) +
          coloured((answers.isEmpty() ? none : answers.join(QStringLiteral(" / "))).toHtmlEscaped(), colours.ok);
  return html;
}

QString choiceHtml(const QJsonObject& content, const Colours& colours) {
  const int right = content.value("gold").toInt(-1), guessed = content.value("guess").toInt(-1);
  QString html = content.value("sent1").toString().toHtmlEscaped();
  const QJsonArray endings = content.value("endings").toArray();
  for (int i = 0; i < endings.size(); ++i) {
    const QString mark = i == right && i == guessed ? QObject::tr("right and guessed")
                         : i == right               ? QObject::tr("right")
                         : i == guessed             ? QObject::tr("guessed")
                                                    : QString();
    const QString text = (content.value("sent2").toString() + ' ' + endings[i].toString()).trimmed().toHtmlEscaped();
    const QColor colour = i == right ? colours.ok : i == guessed ? colours.error : colours.text;
    html += QStringLiteral("<br>%1. ").arg(i) +
            coloured(mark.isEmpty() ? text : QStringLiteral("<b>%1</b>").arg(text), colour);
    if (!mark.isEmpty()) html += ' ' + caption('(' + mark + ')', colours);
  }
  if (endings.isEmpty()) html += QObject::tr("choice %1 was guessed, %2 is right").arg(guessed).arg(right);
  return html;
}

}  // namespace

QString markedPassage(const QString& passage, const MarkedSpan& right, const MarkedSpan& guessed,
                      const Colours& colours) {
  const QList<uint> letters = passage.toUcs4();
  const qint64 count = letters.size();
  qint64 first = count, last = 0;
  for (const MarkedSpan& span : {right, guessed}) {
    if (span.begin < 0) continue;
    first = std::min(first, span.begin);
    last = std::max(last, span.end);
  }
  if (first > last) first = last = 0;
  const qint64 from = std::max<qint64>(0, first - kPassageRoom / 2), to = std::min(count, last + kPassageRoom / 2);
  QString html = from > 0 ? QStringLiteral("… ") : QString();
  for (qint64 at = from; at < to; ++at) {
    const char32_t letter = letters[at];
    if (at == right.begin) html += QStringLiteral("<u><span style=\"color:%1\">").arg(colours.ok.name());
    if (at == guessed.begin) html += QStringLiteral("<b>[");
    html += QString::fromUcs4(&letter, 1).toHtmlEscaped();
    if (at + 1 == guessed.end) html += QStringLiteral("]</b>");
    if (at + 1 == right.end) html += QStringLiteral("</span></u>");
  }
  return to < count ? html + QStringLiteral(" …") : html;
}

QString predictionHtml(const store::Prediction& prediction, const std::string& task, const Colours& colours) {
  const QJsonObject content = QJsonDocument::fromJson(QByteArray::fromStdString(prediction.content)).object();
  QString head = QObject::tr("example %1").arg(prediction.example);
  if (content.contains("loss")) head += QObject::tr(" · loss %1").arg(content.value("loss").toDouble(), 0, 'g', 3);
  if (content.contains("f1")) head += QObject::tr(" · F1 %1").arg(content.value("f1").toDouble() * 100, 0, 'f', 0);
  const QString body = task == "squad"  ? answerHtml(content, colours)
                       : task == "swag" ? choiceHtml(content, colours)
                                        : tagsHtml(content, colours);
  return QStringLiteral("<p>%1<br>%2</p>").arg(caption(head, colours), body);
}

}  // namespace lorascope::ui
