#pragma once

#include <QString>
#include <QStringList>

class QWidget;

namespace lorascope::ui {

// Help for every setting (its dotted key) and every measure ("measure.stable_rank"): what it is, its formula, how to
// read it, when not to believe it.

/// All topics, settings first.
QStringList helpIds();
/// Empty for an unknown topic.
QString helpTitle(const QString& id);
/// The first part alone, for tool tips: title and what it is.
QString helpSummary(const QString& id);
QString helpHtml(const QString& id);

/// Context help of a widget: F1 finds it here or in a parent.
void setHelpTopic(QWidget* widget, const QString& id);
/// Nothing is set: empty.
QString helpTopicOf(const QWidget* widget);

}  // namespace lorascope::ui
