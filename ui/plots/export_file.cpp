#include "ui/plots/export_file.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSettings>
#include <QStandardPaths>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

const QString kFolderKey = QStringLiteral("export/folder");

}  // namespace

QString exportName(const QString& title, const QString& otherwise) {
  QString name = title.toLower();
  name.replace(QRegularExpression(QStringLiteral("[^a-z0-9]+")), QStringLiteral("-"));
  name.remove(QRegularExpression(QStringLiteral("^-|-$")));
  return name.isEmpty() ? otherwise : name;
}

QString exportPath(const QString& name, const QString& ending) {
  const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  return QDir(QSettings().value(kFolderKey, documents).toString()).filePath(name + '.' + ending);
}

QString withEnding(const QString& file, const QString& ending) {
  const QFileInfo info(file);
  return QDir(info.path()).filePath(info.completeBaseName() + '.' + ending);
}

void chooseExportFile(QWidget* parent, const QString& title, const QString& file, const QString& filter,
                      const std::function<void(const QString&)>& chosen) {
  auto* dialog = new QFileDialog(parent, title, file);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilter(filter);
  QObject::connect(dialog, &QFileDialog::fileSelected, parent, [chosen](const QString& name) { chosen(name); });
  dialog->open();
}

bool saveExport(const QString& file, const std::function<std::string()>& content, MessageBar& message) {
  try {
    if (file.isEmpty()) throw Error("no file is named", "type a path or choose a file");
    const std::string bytes = content();
    write_file_atomically(std::filesystem::path(file.toStdString()), bytes);
    QSettings().setValue(kFolderKey, QFileInfo(file).absolutePath());
    message.showMessage(Tone::Info, QCoreApplication::translate("ExportFile", "Saved, %1")
                                        .arg(bytesText(static_cast<std::int64_t>(bytes.size()))));
    return true;
  } catch (const Error& error) {
    message.showMessage(Tone::Error, QString::fromStdString(error.message()), QString::fromStdString(error.hint()));
  } catch (const std::exception& error) {
    message.showMessage(Tone::Error, QString::fromUtf8(error.what()));
  }
  return false;
}

}  // namespace lorascope::ui
