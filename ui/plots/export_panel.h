#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <string>

#include "core/figures/content.h"

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QSpinBox;
class QTimer;
class QVBoxLayout;

namespace lorascope::ui {

class MessageBar;
class PicturePreview;

/// Latex: pgfplots source. LatexTable and Markdown: the numbers as a table, the picture's twin.
enum class ExportFormat { Pdf, Svg, Png, Csv, Latex, LatexTable, Markdown };

/// Something that can be written in every format; `bytes` may be called on any thread.
struct Exportable {
  std::string title;
  std::function<std::string(ExportFormat, const figures::RenderOptions&)> bytes;
};
Exportable exportable(figures::FigureData figure);
Exportable exportable(figures::HeatMapData map);
Exportable exportable(figures::ParallelData data);
/// Of a picture; a table has an export of its own.
Exportable exportable(const figures::Content& content);

/// Writes a figure to a file: format, size in cm, fonts. The preview is the export itself, made by the same renderer in
/// the background. Stands in the card where the plot was; no dialog.
class ExportPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ExportPanel(QWidget* parent = nullptr);

  void setSource(Exportable source);
  /// Lets go of all that setSource() gave but the title: a figure may be large. It is to be set anew before it is shown.
  void forgetSource();
  void setFormat(ExportFormat format);
  void setFile(const QString& file);
  QString file() const;
  figures::RenderOptions options() const;
  /// Shows these options without a signal.
  void setOptions(const figures::RenderOptions& options);
  /// Writes the file and says so, or why not. Returns whether it is there.
  bool save();

 Q_SIGNALS:
  void closed();
  /// A person has chosen another option.
  void optionsChanged();
  /// The preview shows the current figure and options.
  void previewReady();

 protected:
  void showEvent(QShowEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void makeForm(QGridLayout* form);
  void makeSizes();
  void makeLook();
  void fillFonts();
  void followFields();
  void changed();
  void makeFileRow(QVBoxLayout* column);
  ExportFormat format() const;
  void formatChosen();
  void chooseFile();
  void preview();
  void showPreview(int request, const QImage& picture, const QImage& fitted, const QString& problem);

  std::shared_ptr<const Exportable> source_;
  QComboBox* format_;
  QComboBox* preset_;
  QDoubleSpinBox* width_cm_;
  QDoubleSpinBox* height_cm_;
  QDoubleSpinBox* font_size_;
  QSpinBox* dpi_;
  QComboBox* font_;
  QComboBox* legend_;
  QComboBox* palette_;
  QCheckBox* dashes_;
  QCheckBox* title_;
  QLineEdit* file_;
  MessageBar* message_;
  PicturePreview* picture_;
  QBoxLayout* row_;  ///< form and preview: beside each other where there is room
  bool showing_ = false;  ///< options are being shown, not chosen
  QTimer* delay_;
  int request_ = 0;  ///< number of the newest preview asked for; older answers are dropped
};

/// The bytes that save() writes of a figure. Throws lorascope::Error.
std::string exportedBytes(const figures::FigureData& figure, ExportFormat format,
                          const figures::RenderOptions& options);

}  // namespace lorascope::ui
