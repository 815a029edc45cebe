#pragma once

#include <QWidget>
#include <map>
#include <string>

#include "core/figures/report_style.h"
#include "core/figures/table_data.h"

class QCheckBox;
class QComboBox;
class QLabel;
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
  /// Caption and label are given from elsewhere: their fields go.
  void setTexts(const QString& caption, const QString& label);
  figures::ReportStyle reportStyle() const;
  /// Shows this style without a signal; digits that it does not name are the table's own.
  void setReportStyle(const figures::ReportStyle& style);
  void setFile(const QString& file);
  QString file() const;
  /// What save() writes.
  std::string text() const;
  /// Writes the file and says so, or why not. Returns whether it is there.
  bool save();

 Q_SIGNALS:
  void closed();
  /// A person has chosen another digit, row or mark.
  void styleChanged();

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
  void changed();
  void chooseFile();

  figures::TableData table_;
  std::map<std::string, int> digits_;  ///< by column name
  bool remembers_ = true;              ///< digits are kept for all tables; otherwise the caller keeps them
  bool showing_ = false;               ///< a style is being shown, not chosen
  QComboBox* format_;
  QComboBox* column_;
  QSpinBox* decimals_;
  QCheckBox* singles_;
  QCheckBox* bold_;
  QCheckBox* marks_;
  QLabel* caption_name_ = nullptr;
  QLabel* label_name_ = nullptr;
  QLineEdit* caption_;
  QLineEdit* label_;
  QLineEdit* file_;
  QPlainTextEdit* preview_;
  MessageBar* message_;
};

}  // namespace lorascope::ui
