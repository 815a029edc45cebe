#include "ui/plots/export_panel.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDesktopServices>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QFontDatabase>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSignalBlocker>
#include <QThreadPool>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

#include "core/figures/table_text.h"
#include "ui/plots/export_file.h"
#include "ui/plots/picture_preview.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const QStringList kEndings = {QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("png"),
                              QStringLiteral("csv"), QStringLiteral("tex"), QStringLiteral("tex"),
                              QStringLiteral("md")};
constexpr double kColumnCm = 8.5, kTextCm = 17;  ///< of a page with two columns
constexpr double kPreviewDpi = 150;
constexpr int kPreviewDelayMs = 120;
constexpr int kPreviewPriority = 1;  ///< before what else waits to be computed: somebody looks at it

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

bool isPicture(ExportFormat format) {
  return format != ExportFormat::Csv && format != ExportFormat::LatexTable && format != ExportFormat::Markdown;
}

/// Families that every machine has, then those of this one. Read once, when a panel is first seen: it takes long.
const QStringList& fontFamilies() {
  static const QStringList all = [] {
    QStringList families = {QStringLiteral("sans-serif"), QStringLiteral("serif"), QStringLiteral("monospace")};
    for (const QString& family : QFontDatabase::families(QFontDatabase::Latin)) {
      if (!QFontDatabase::isPrivateFamily(family)) families.append(family);
    }
    return families;
  }();
  return all;
}

}  // namespace

Exportable exportable(const figures::Content& content) {
  auto shared = std::make_shared<const figures::Content>(content);
  return {figures::title_of(content), [shared](ExportFormat format, const figures::RenderOptions& options) {
            if (format == ExportFormat::Csv) return figures::content_csv(*shared);
            if (format == ExportFormat::Latex) return figures::content_latex(*shared, options);
            if (format == ExportFormat::LatexTable) return figures::latex_table(figures::content_table(*shared));
            if (format == ExportFormat::Markdown) return figures::markdown_table(figures::content_table(*shared));
            return figures::render_drawing(figures::layout_content(*shared, options), imageFormat(format), options.dpi);
          }};
}

Exportable exportable(figures::FigureData figure) {
  return exportable(figures::Content(std::move(figure)));
}

Exportable exportable(figures::HeatMapData map) {
  return exportable(figures::Content(std::move(map)));
}

Exportable exportable(figures::ParallelData data) {
  return exportable(figures::Content(std::move(data)));
}

std::string exportedBytes(const figures::FigureData& figure, ExportFormat format,
                          const figures::RenderOptions& options) {
  return exportable(figure).bytes(format, options);
}

ExportPanel::ExportPanel(QWidget* parent)
    : QWidget(parent),
      source_(std::make_shared<Exportable>(exportable(figures::FigureData()))),
      delay_(new QTimer(this)) {
  row_ = new QBoxLayout(QBoxLayout::LeftToRight, this);
  row_->setContentsMargins(0, 4, 0, 0);
  row_->setSpacing(kSectionGap);
  auto* form_side = new QWidget;
  auto* column = new QVBoxLayout(form_side);
  column->setContentsMargins(0, 0, 0, 0);
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
  row_->addWidget(form_side, 0);
  picture_ = new PicturePreview;
  row_->addWidget(picture_, 1);
  delay_->setSingleShot(true);
  delay_->setInterval(kPreviewDelayMs);
  connect(delay_, &QTimer::timeout, this, &ExportPanel::preview);
  followFields();
  formatChosen();
}

void ExportPanel::makeSizes() {
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
}

void ExportPanel::makeLook() {
  format_ = new QComboBox;
  format_->addItems({QStringLiteral("PDF"), QStringLiteral("SVG"), QStringLiteral("PNG"), QStringLiteral("CSV"),
                     QStringLiteral("pgfplots"), QStringLiteral("LaTeX table"), QStringLiteral("Markdown")});
  format_->setAccessibleName(QStringLiteral("Format"));
  font_ = new QComboBox;
  font_->addItem(QString::fromStdString(figures::RenderOptions().font_family));
  font_->setAccessibleName(QStringLiteral("Font family"));
  legend_ = new QComboBox;
  legend_->addItems({QStringLiteral("automatic"), QStringLiteral("at line ends"), QStringLiteral("inside"),
                     QStringLiteral("below"), QStringLiteral("none")});
  legend_->setAccessibleName(QStringLiteral("Place of the legend"));
  palette_ = new QComboBox;
  palette_->addItems({QStringLiteral("colours"), QStringLiteral("greys")});
  palette_->setToolTip(QStringLiteral("The methods' colours, which colour-blind people tell apart; or greys for print"));
  palette_->setAccessibleName(QStringLiteral("Colours"));
  for (QComboBox* box : {format_, font_, legend_, palette_}) {
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(7);
  }
  dashes_ = new QCheckBox(QStringLiteral("dashes"));
  dashes_->setToolTip(QStringLiteral("A dash pattern for each method, beside its colour"));
  dashes_->setChecked(true);
  title_ = new QCheckBox(QStringLiteral("title"));
  title_->setChecked(true);
}

void ExportPanel::makeForm(QGridLayout* form) {
  makeSizes();
  makeLook();
  const auto add = [&](int row, int column, const char* label, QWidget* field) {
    auto* caption = makeCaption(QString::fromUtf8(label));
    caption->setBuddy(field);
    form->addWidget(caption, row, column);
    form->addWidget(field, row, column + 1);
    field->setMinimumWidth(78);
  };
  add(0, 0, "format", format_);
  add(0, 2, "PNG at", dpi_);
  add(1, 0, "paper", preset_);
  add(1, 2, "width", width_cm_);
  add(2, 0, "height", height_cm_);
  add(2, 2, "size", font_size_);
  add(3, 0, "font", font_);
  add(3, 2, "legend", legend_);
  add(4, 0, "in", palette_);
  auto* choices = new QHBoxLayout;
  choices->setSpacing(kGap);
  for (QCheckBox* box : {title_, dashes_}) choices->addWidget(box);
  choices->addStretch(1);
  form->addLayout(choices, 4, 2, 1, 2);
  form->setColumnStretch(4, 1);
}

void ExportPanel::followFields() {
  connect(format_, &QComboBox::currentIndexChanged, this, &ExportPanel::formatChosen);
  for (QDoubleSpinBox* field : {width_cm_, height_cm_, font_size_}) {
    connect(field, &QDoubleSpinBox::valueChanged, this, &ExportPanel::changed);
  }
  for (QComboBox* field : {font_, legend_, palette_}) {
    connect(field, &QComboBox::currentIndexChanged, this, &ExportPanel::changed);
  }
  connect(dpi_, &QSpinBox::valueChanged, this, &ExportPanel::changed);
  for (QCheckBox* field : {title_, dashes_}) connect(field, &QCheckBox::toggled, this, &ExportPanel::changed);
}

void ExportPanel::changed() {
  delay_->start();
  if (!showing_) Q_EMIT optionsChanged();
}

void ExportPanel::setOptions(const figures::RenderOptions& options) {
  showing_ = true;
  width_cm_->setValue(options.width_cm);
  height_cm_->setValue(options.height_cm);
  font_size_->setValue(options.font_size_pt);
  dpi_->setValue(static_cast<int>(options.dpi));
  const QString family = QString::fromStdString(options.font_family);
  if (font_->findText(family) < 0) font_->addItem(family);
  font_->setCurrentText(family);
  legend_->setCurrentIndex(static_cast<int>(options.legend));
  palette_->setCurrentIndex(static_cast<int>(options.palette));
  dashes_->setChecked(options.dashes);
  title_->setChecked(options.title);
  preset_->setCurrentIndex(options.width_cm == kColumnCm ? 1 : options.width_cm == kTextCm ? 2 : 0);
  showing_ = false;
}

void ExportPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  constexpr int kRoomForBoth = 720;
  row_->setDirection(width() < kRoomForBoth && height() > 420 ? QBoxLayout::BottomToTop : QBoxLayout::LeftToRight);
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
  options.font_family = font_->currentText().toStdString();
  options.legend = static_cast<figures::LegendPlace>(legend_->currentIndex());
  options.palette = static_cast<figures::Palette>(palette_->currentIndex());
  options.dashes = dashes_->isChecked();
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

void ExportPanel::forgetSource() {
  source_ = std::make_shared<const Exportable>(Exportable{source_->title, exportable(figures::FigureData()).bytes});
}

void ExportPanel::formatChosen() {
  const bool picture = isPicture(format());
  for (QWidget* field : std::initializer_list<QWidget*>{width_cm_, height_cm_, font_size_, title_, preset_, font_,
                                                        legend_, palette_, dashes_}) {
    field->setEnabled(picture);
  }
  dpi_->setEnabled(format() == ExportFormat::Png);
  if (!file_->text().isEmpty()) file_->setText(withEnding(file_->text(), kEndings[format_->currentIndex()]));
  delay_->start();
}

void ExportPanel::chooseFile() {
  chooseExportFile(this, QStringLiteral("Export the figure"), file_->text(),
                   QStringLiteral("Figures (*.pdf *.svg *.png *.csv *.tex *.md)"),
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
  if (!isVisible()) return;  // showing it asks again
  if (!isPicture(format())) {
    ++request_;
    picture_->setSentence(format() == ExportFormat::Csv
                              ? QStringLiteral("CSV holds every number that is drawn, exactly as stored.")
                              : QStringLiteral("The numbers that are drawn, as a table."));
    Q_EMIT previewReady();
    return;
  }
  figures::RenderOptions wanted = options();
  wanted.dpi = kPreviewDpi;
  // Decoded and brought to size there too: both take longer than the window may wait.
  const QSize room = picture_->size() - QSize(2, 2);
  const double ratio = picture_->devicePixelRatioF();
  QThreadPool::globalInstance()->start([panel = QPointer(this), source = source_, wanted, room, ratio,
                                        request = ++request_] {
    QImage picture, fitted;
    QString problem;
    try {
      picture = QImage::fromData(QByteArray::fromStdString(source->bytes(ExportFormat::Png, wanted)), "PNG");
      fitted = picture.scaled(picture.size().scaled(room, Qt::KeepAspectRatio) * ratio, Qt::IgnoreAspectRatio,
                              Qt::SmoothTransformation);
    } catch (const std::exception& error) {
      problem = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [panel, request, picture, fitted, problem] {
      if (panel) panel->showPreview(request, picture, fitted, problem);
    });
  }, kPreviewPriority);
}

void ExportPanel::showPreview(int request, const QImage& picture, const QImage& fitted, const QString& problem) {
  if (request != request_ || !isVisible()) return;  // showing it asks again
  if (problem.isEmpty()) {
    picture_->setPicture(picture, fitted);
  } else {
    picture_->setSentence(problem);
  }
  Q_EMIT previewReady();
}

void ExportPanel::fillFonts() {
  if (font_->count() >= fontFamilies().size()) return;
  const QSignalBlocker quiet(font_);
  const QString chosen = font_->currentText();
  font_->clear();
  font_->addItems(fontFamilies());
  if (font_->findText(chosen) < 0) font_->addItem(chosen);
  font_->setCurrentText(chosen);
}

void ExportPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  fillFonts();
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
