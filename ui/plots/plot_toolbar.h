#pragma once

#include <QFlags>
#include <QWidget>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/figures/curve_figure.h"

class QHBoxLayout;
class QMenu;
class QToolButton;

namespace lorascope::ui {

class SegmentBar;
class SmoothingField;

/// The same small row above every plot: x source, logarithmic axes, smoothing, groups and band, outliers; on the right
/// table, pin, copy and export. Where it is narrow the x sources fold into a menu and the right side into icons.
class PlotToolbar : public QWidget {
  Q_OBJECT

 public:
  enum Control { XSource = 1, LogX = 2, LogY = 4, Smoothing = 8, Grouping = 16, Outliers = 32 };
  Q_DECLARE_FLAGS(Controls, Control)

  explicit PlotToolbar(Controls controls, QWidget* parent = nullptr);

  const figures::CurveOptions& options() const { return options_; }
  /// Shows these options without a signal.
  void setOptions(const figures::CurveOptions& options);
  void toggleSmoothing();
  /// Settings that runs may be grouped by, asked for when the menu opens.
  void setGroupSettings(std::function<std::vector<std::string>()> settings) { group_settings_ = std::move(settings); }
  /// Puts a choice of the view before all other controls; it folds with them.
  void addInFront(SegmentBar* choice);
  /// Shows which of table and export is open, without a signal.
  void setOpen(bool table, bool export_panel);

  /// Of the folded row, always: the toolbar must not widen what it stands in.
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void optionsChanged();
  void tableToggled(bool open);
  void copyRequested();
  void pinRequested();
  void exportToggled(bool open);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  /// Widths are known only now that the style sheet is applied.
  void showEvent(QShowEvent* event) override;

 private:
  QToolButton* makeButton(const QString& text, const QString& tip, bool checkable);
  void addSources();
  void addToggle(QToolButton*& button, const QString& text, const QString& tip, bool figures::CurveOptions::*member);
  void addGrouping();
  void fillSettings(QMenu* menu);
  void takeGrouping(const figures::Grouping& grouping);
  void addRightSide();
  void takeSource(figures::XSource source);
  void showOptions();
  void setFolded(bool folded);
  void measureWidths();

  figures::CurveOptions options_;
  QHBoxLayout* layout_;
  std::vector<QToolButton*> sources_;
  SegmentBar* front_ = nullptr;
  QToolButton* source_menu_ = nullptr;
  QToolButton* log_x_ = nullptr;
  QToolButton* log_y_ = nullptr;
  SmoothingField* smoothing_ = nullptr;
  QToolButton* grouping_ = nullptr;
  std::vector<QAction*> group_actions_;
  std::function<std::vector<std::string>()> group_settings_;
  std::vector<QAction*> band_actions_;
  QToolButton* outliers_ = nullptr;
  QToolButton* table_ = nullptr;
  QToolButton* copy_ = nullptr;
  QToolButton* pin_ = nullptr;
  QToolButton* export_ = nullptr;
  int full_width_ = 0;  ///< what the unfolded row needs
  int folded_width_ = 0;
  std::optional<bool> folded_;
};

Q_DECLARE_OPERATORS_FOR_FLAGS(PlotToolbar::Controls)

}  // namespace lorascope::ui
