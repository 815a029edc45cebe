#pragma once

#include <QWidget>
#include <map>
#include <string>

#include "core/figures/table_data.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;

namespace lorascope::ui {

class MessageBar;

/// Writes a table to a file: LaTeX (booktabs), CSV or Markdown; caption, label and digits of each column, kept by the
/// columns' names. The preview is the export itself. Stands in the card where the table was; no dialog.
class TableExportPanel : public QWidget {
  Q_OBJECT

 public:
  enum class Format { Latex, Csv, Markdown };

  explicit TableExportPanel(QWidget* parent = nullptr);

  void setTable(figures::TableData table);
  void setFormat(Format format);
  void setFile(const QString& file);
  QString file() const;
  /// What save() writes.
  std::string text() const;
  /// Writes the file and says so, or why not. Returns whether it is there.
  bool save();

 Q_SIGNALS:
  void closed();

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void makeForm();
  void followFields();
  Format format() const;
  figures::TableData shaped() const;
  void fillColumns();
  void showDigits();
  void refresh();
  void chooseFile();

  figures::TableData table_;
  std::map<std::string, int> digits_;  ///< by column name
  QComboBox* format_;
  QComboBox* column_;
  QSpinBox* decimals_;
  QCheckBox* singles_;
  QLineEdit* caption_;
  QLineEdit* label_;
  QLineEdit* file_;
  QPlainTextEdit* preview_;
  MessageBar* message_;
};

}  // namespace lorascope::ui
