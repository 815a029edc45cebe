#pragma once

#include <QString>
#include <functional>
#include <string>

class QWidget;

namespace lorascope::ui {

class MessageBar;

/// "Training loss" as a file name without ending: "training-loss"; `otherwise` where nothing is left of the title.
QString exportName(const QString& title, const QString& otherwise);
/// A file of this name in the folder that was last exported to; at first among the user's documents.
QString exportPath(const QString& name, const QString& ending);
/// The same file with another ending.
QString withEnding(const QString& file, const QString& ending);

/// Asks for the file to export to, without blocking; `chosen` is called with it.
void chooseExportFile(QWidget* parent, const QString& title, const QString& file, const QString& filter,
                      const std::function<void(const QString&)>& chosen);

/// Writes what `content` gives to `file`, says in `message` how that went, and keeps the folder for the next export.
/// False where it failed.
bool saveExport(const QString& file, const std::function<std::string()>& content, MessageBar& message);

}  // namespace lorascope::ui
