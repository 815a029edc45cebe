#pragma once

#include <QWidget>

#include "ui/report/report_book.h"

class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QTimer;
class QToolButton;
class QUndoStack;

namespace lorascope::ui {

class CaptionEdit;
class Card;
class ExportPanel;
class KitBar;
class LorascopeProgram;
class MessageBar;
class PresetRun;
class ReportEdits;
class ReportList;
class ReportPins;
class TableExportPanel;

/// Figures and tables for a paper: the pinned ones as a list, the chosen one with caption, label, style and its real
/// export, presets of the paper's tables and the analyses, and the kit.
class ReportTab : public QWidget {
  Q_OBJECT

 public:
  ReportTab(SessionModel* session, LorascopeProgram* program, QUndoStack* undo, QWidget* parent = nullptr);

  ReportBook* book() const { return book_; }
  ReportList* list() const { return list_; }
  /// Takes pins of the whole window.
  ReportPins* pins() const { return pins_; }
  KitBar* kit() const { return kit_; }
  ExportPanel* figurePanel() const { return figure_; }
  TableExportPanel* tablePanel() const { return table_; }
  CaptionEdit* caption() const { return caption_; }
  QLineEdit* label() const { return label_; }
  QMenu* presetMenu() const { return menu_; }
  MessageBar* messages() const { return messages_; }
  PresetRun* presetRun() const { return preset_run_; }

 Q_SIGNALS:
  void trainRequested();
  /// Something was pinned from elsewhere.
  void pinned(const QString& title);

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QWidget* buildList();
  QWidget* buildDetail();
  void fillMenu();
  void showItems();
  void showChosen();
  void keepTexts();
  void keepStyle();
  void change(const store::FigureRecord& now, const QString& what);
  void showPanel(const figures::ReportItem& item);
  void removeChosen();
  void pinsAdded(int count, const QString& title);

  SessionModel* session_;
  ReportBook* book_;
  ReportEdits* edits_;
  ReportPins* pins_;
  MessageBar* messages_;
  PresetRun* preset_run_;
  KitBar* kit_;
  QStackedWidget* pages_;
  ReportList* list_ = nullptr;
  QMenu* menu_;
  Card* card_ = nullptr;
  QLineEdit* label_ = nullptr;
  CaptionEdit* caption_ = nullptr;
  QToolButton* generated_ = nullptr;
  QStackedWidget* panels_ = nullptr;
  ExportPanel* figure_ = nullptr;
  TableExportPanel* table_ = nullptr;
  QLabel* problem_ = nullptr;
  ReportBook::Item shown_;       ///< what the panels show
  store::FigureRecord record_;   ///< of it, with changes that are on their way to the store
  QTimer* style_soon_;           ///< gathers the steps of a field
  int num_pending_ = 0;          ///< changes on their way
  std::int64_t wished_ = 0;      ///< chosen once it is in the list
};

}  // namespace lorascope::ui
