#include "ui/widgets/help_topics.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QWidget>

#include "ui/widgets/resources.h"

namespace lorascope::ui {
namespace {

constexpr const char* kProperty = "helpTopic";
constexpr int kHelpPictureWidth = 640;

const QJsonObject& topics() {
  static const QJsonObject all = [] {
    loadResources();
    QFile file(QStringLiteral(":/help/topics.json"));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
  }();
  return all;
}

QString part(const QString& id, const char* name) {
  return topics().value(id).toObject().value(QLatin1String(name)).toString();
}

bool isView(const QString& id) { return id.startsWith(QLatin1String("view.")); }
bool isMeasure(const QString& id) { return id.startsWith(QLatin1String("measure.")); }

}  // namespace

QStringList helpIds() {
  QStringList views, settings, measures;
  for (const QString& id : topics().keys())
    (isView(id) ? views : isMeasure(id) ? measures : settings).append(id);
  return views + settings + measures;
}

QString helpTitle(const QString& id) {
  return part(id, "title");
}

QString helpSummary(const QString& id) {
  const QString what = part(id, "what");
  return what.isEmpty()
             ? QString()
             : QStringLiteral("<p><b>%1</b><br>%2</p>").arg(helpTitle(id).toHtmlEscaped(), what.toHtmlEscaped());
}

QString helpHtml(const QString& id) {
  if (helpTitle(id).isEmpty()) return {};
  QString html = QStringLiteral("<h2>%1</h2>").arg(helpTitle(id).toHtmlEscaped());
  if (!isView(id) && !isMeasure(id)) html += QStringLiteral("<p><tt>%1</tt></p>").arg(id.toHtmlEscaped());
  const std::pair<const char*, const char*> parts[] = {
      {"what", ""}, {"formula", "Formula"}, {"read", "How to read it"}, {"doubt", "When not to believe it"}};
  for (const auto& [name, heading] : parts) {
    const QString text = part(id, name);
    if (text.isEmpty()) continue;
    if (*heading != 0) html += QStringLiteral("<h3>%1</h3>").arg(QString::fromUtf8(heading));
    html += QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped());
  }
  if (const QString picture = part(id, "picture"); !picture.isEmpty()) {
    html += QStringLiteral("<p><img src=\":/help/pictures/%1.png\" width=\"%2\" alt=\"%3\"></p>")
                .arg(picture)
                .arg(kHelpPictureWidth)
                .arg(helpTitle(id).toHtmlEscaped());
  }
  return html;
}

void setHelpTopic(QWidget* widget, const QString& id) {
  widget->setProperty(kProperty, id);
}

QString helpTopicOf(const QWidget* widget) {
  for (; widget != nullptr; widget = widget->parentWidget()) {
    const QString id = widget->property(kProperty).toString();
    if (!id.isEmpty()) return id;
  }
  return {};
}

}  // namespace lorascope::ui
