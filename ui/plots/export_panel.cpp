#include "ui/plots/export_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDesktopServices>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QThreadPool>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

#include "core/figures/pgfplots.h"
#include "core/figures/table_text.h"
#include "ui/plots/export_file.h"
#include "ui/plots/picture_preview.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const QStringList kEndings = {QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("png"),
                              QStringLiteral("csv"), QStringLiteral("tex")};
constexpr double kColumnCm = 8.5, kTextCm = 17;  ///< of a page with two columns
constexpr double kPreviewDpi = 150;
constexpr int kPreviewDelayMs = 120;

figures::ImageFormat imageFormat(ExportFormat format) {
  switch (format) {
    case ExportFormat::Svg:
      return figures::ImageFormat::Svg;
    case ExportFormat::Png:
      return figures::ImageFormat::Png;
    default:
      return figures::ImageFormat::Pdf;
  }
}

QDoubleSpinBox* makeSize(double low, double high, double value, const QString& suffix, const QString& name) {
  auto* field = new QDoubleSpinBox;
  field->setRange(low, high);
  field->setDecimals(1);
  field->setSingleStep(0.5);
  field->setValue(value);
  field->setSuffix(suffix);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setAccessibleName(name);
  return field;
}

/// Pictures by the renderer, numbers as a table.
template <typename Data>
Exportable tabular(Data data, figures::TableData (*table)(const Data&)) {
  auto shared = std::make_shared<const Data>(std::move(data));
  return {shared->title, [shared, table](ExportFormat format, const figures::RenderOptions& options) {
            if (format == ExportFormat::Csv) return figures::csv_table(table(*shared));
            if (format == ExportFormat::Latex) return figures::latex_table(table(*shared));
            return figures::render(*shared, imageFormat(format), options);
          }};
}

}  // namespace

Exportable exportable(figures::FigureData figure) {
  auto shared = std::make_shared<const figures::FigureData>(std::move(figure));
  return {shared->title, [shared](ExportFormat format, const figures::RenderOptions& options) {
            return exportedBytes(*shared, format, options);
          }};
}

Exportable exportable(figures::HeatMapData map) {
  return tabular(std::move(map), &figures::heat_map_table);
}

Exportable exportable(figures::ParallelData data) {
  return tabular(std::move(data), &figures::parallel_table);
}

std::string exportedBytes(const figures::FigureData& figure, ExportFormat format,
                          const figures::RenderOptions& options) {
  if (format == ExportFormat::Csv) return figures::figure_csv(figure);
  if (format == ExportFormat::Latex) return figures::pgfplots_figure(figure, options);
  return figures::render(figure, imageFormat(format), options);
}

ExportPanel::ExportPanel(QWidget* parent)
    : QWidget(parent),
      source_(std::make_shared<Exportable>(exportable(figures::FigureData()))),
      delay_(new QTimer(this)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 4, 0, 0);
  row->setSpacing(kSectionGap);
  auto* column = new QVBoxLayout;
  column->setSpacing(kGap);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kGap);
  form->setVerticalSpacing(6);
  makeForm(form);
  column->addLayout(form);
  makeFileRow(column);
  message_ = new MessageBar;
  column->addWidget(message_);
  column->addStretch(1);
  row->addLayout(column, 0);
  picture_ = new PicturePreview;
  row->addWidget(picture_, 1);
  delay_->setSingleShot(true);
  delay_->setInterval(kPreviewDelayMs);
  connect(delay_, &QTimer::timeout, this, &ExportPanel::preview);
  formatChosen();
}

void ExportPanel::makeForm(QGridLayout* form) {
  format_ = new QComboBox;
  format_->addItems({QStringLiteral("PDF"), QStringLiteral("SVG"), QStringLiteral("PNG"), QStringLiteral("CSV"),
                     QStringLiteral("LaTeX")});
  format_->setAccessibleName(QStringLiteral("Format"));
  const figures::RenderOptions defaults;
  width_cm_ = makeSize(3, 100, defaults.width_cm, QStringLiteral(" cm"), QStringLiteral("Width in centimetres"));
  height_cm_ = makeSize(0, 100, 0, QStringLiteral(" cm"), QStringLiteral("Height in centimetres, 0 = automatic"));
  height_cm_->setSpecialValueText(QStringLiteral("auto"));
  font_size_ = makeSize(4, 24, defaults.font_size_pt, QStringLiteral(" pt"), QStringLiteral("Font size in points"));
  dpi_ = new QSpinBox;
  dpi_->setRange(36, 1200);
  dpi_->setValue(static_cast<int>(defaults.dpi));
  dpi_->setSuffix(QStringLiteral(" dpi"));
  dpi_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  dpi_->setAccessibleName(QStringLiteral("Dots per inch"));
  preset_ = new QComboBox;
  preset_->addItems({QStringLiteral("own size"), QStringLiteral("one column"), QStringLiteral("text width")});
  preset_->setAccessibleName(QStringLiteral("Width as papers have it"));
  connect(preset_, &QComboBox::activated, this, [this](int index) {
    if (index > 0) width_cm_->setValue(index == 1 ? kColumnCm : kTextCm);
  });
  title_ = new QCheckBox(QStringLiteral("title"));
  title_->setChecked(true);
  const auto add = [&](int row, int column, const char* label, QWidget* field) {
    auto* caption = makeCaption(QString::fromUtf8(label));
    caption->setBuddy(field);
    form->addWidget(caption, row, column);
    form->addWidget(field, row, column + 1);
    field->setMinimumWidth(78);
  };
  add(0, 0, "format", format_);
  add(0, 2, "width", width_cm_);
  add(1, 0, "font", font_size_);
  add(1, 2, "height", height_cm_);
  add(2, 0, "PNG at", dpi_);
  add(2, 2, "paper", preset_);
  form->addWidget(title_, 3, 1);
  connect(format_, &QComboBox::currentIndexChanged, this, &ExportPanel::formatChosen);
  for (QDoubleSpinBox* field : {width_cm_, height_cm_, font_size_}) {
    connect(field, &QDoubleSpinBox::valueChanged, this, [this] { delay_->start(); });
  }
  connect(title_, &QCheckBox::toggled, this, [this] { delay_->start(); });
}

void ExportPanel::makeFileRow(QVBoxLayout* column) {
  file_ = new QLineEdit;
  file_->setAccessibleName(QStringLiteral("File to write"));
  column->addWidget(file_);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGap);
  auto* save = new QPushButton(QStringLiteral("Save"));
  save->setProperty("role", "primary");
  auto* choose = new QPushButton(QStringLiteral("Choose file…"));
  auto* close = new QPushButton(QStringLiteral("Close"));
  for (QPushButton* button : {save, choose, close}) buttons->addWidget(button);
  buttons->addStretch(1);
  column->addLayout(buttons);
  connect(save, &QPushButton::clicked, this, &ExportPanel::save);
  connect(file_, &QLineEdit::returnPressed, this, &ExportPanel::save);
  connect(choose, &QPushButton::clicked, this, &ExportPanel::chooseFile);
  connect(close, &QPushButton::clicked, this, &ExportPanel::closed);
}

ExportFormat ExportPanel::format() const {
  return static_cast<ExportFormat>(format_->currentIndex());
}
QString ExportPanel::file() const {
  return file_->text();
}
void ExportPanel::setFormat(ExportFormat format) {
  format_->setCurrentIndex(static_cast<int>(format));
}

void ExportPanel::setFile(const QString& file) {
  file_->setText(file);
  const auto index = kEndings.indexOf(QFileInfo(file).suffix().toLower());
  if (index >= 0) format_->setCurrentIndex(static_cast<int>(index));
}

figures::RenderOptions ExportPanel::options() const {
  figures::RenderOptions options;
  options.width_cm = width_cm_->value();
  options.height_cm = height_cm_->value() < 2.5 ? 0 : height_cm_->value();
  options.font_size_pt = font_size_->value();
  options.dpi = dpi_->value();
  options.title = title_->isChecked();
  return options;
}

void ExportPanel::setSource(Exportable source) {
  const bool other = source.title != source_->title || file_->text().isEmpty();
  source_ = std::make_shared<const Exportable>(std::move(source));
  if (other) {
    const QString name = exportName(QString::fromStdString(source_->title), QStringLiteral("figure"));
    file_->setText(exportPath(name, kEndings[format_->currentIndex()]));
  }
  if (isVisible()) delay_->start();
}

void ExportPanel::formatChosen() {
  const bool picture = format() != ExportFormat::Csv;
  for (QWidget* field : std::initializer_list<QWidget*>{width_cm_, height_cm_, font_size_, title_, preset_})
    field->setEnabled(picture);
  dpi_->setEnabled(format() == ExportFormat::Png);
  if (!file_->text().isEmpty()) file_->setText(withEnding(file_->text(), kEndings[format_->currentIndex()]));
  delay_->start();
}

void ExportPanel::chooseFile() {
  chooseExportFile(this, QStringLiteral("Export the figure"), file_->text(),
                   QStringLiteral("Figures (*.pdf *.svg *.png *.csv *.tex)"),
                   [this](const QString& file) { setFile(file); });
}

bool ExportPanel::save() {
  const QString file = file_->text();
  if (!saveExport(file, [this] { return source_->bytes(format(), options()); }, *message_)) return false;
  message_->addAction(QStringLiteral("Open folder"),
                      [file] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(file).absolutePath())); });
  return true;
}

void ExportPanel::preview() {
  if (format() == ExportFormat::Csv) {
    ++request_;
    picture_->setSentence(QStringLiteral("CSV holds every number that is drawn, exactly as stored."));
    Q_EMIT previewReady();
    return;
  }
  figures::RenderOptions wanted = options();
  wanted.dpi = kPreviewDpi;
  QThreadPool::globalInstance()->start([panel = QPointer(this), source = source_, wanted, request = ++request_] {
    QByteArray png;
    QString problem;
    try {
      png = QByteArray::fromStdString(source->bytes(ExportFormat::Png, wanted));
    } catch (const std::exception& error) {
      problem = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [panel, request, png, problem] {
      if (panel) panel->showPreview(request, png, problem);
    });
  });
}

void ExportPanel::showPreview(int request, const QByteArray& png, const QString& problem) {
  if (request != request_) return;
  if (problem.isEmpty()) {
    picture_->setPicture(QImage::fromData(png, "PNG"));
  } else {
    picture_->setSentence(problem);
  }
  Q_EMIT previewReady();
}

void ExportPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  message_->clear();
  delay_->start(0);
}

void ExportPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT closed();
  } else {
    QWidget::keyPressEvent(event);
  }
}

}  // namespace lorascope::ui
