#include "ui/plots/plot_toolbar.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>
#include <utility>

#include "ui/plots/segment_bar.h"
#include "ui/plots/smoothing_field.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const std::vector<std::pair<figures::XSource, QString>>& sources() {
  static const std::vector<std::pair<figures::XSource, QString>> all = {
      {figures::XSource::Step, QStringLiteral("step")},
      {figures::XSource::Epoch, QStringLiteral("epoch")},
      {figures::XSource::Examples, QStringLiteral("examples")},
      {figures::XSource::Seconds, QStringLiteral("time")}};
  return all;
}

const std::vector<std::pair<figures::Grouping, QString>>& groupings() {
  static const std::vector<std::pair<figures::Grouping, QString>> all = {
      {figures::Grouping::None, QStringLiteral("single runs")},
      {figures::Grouping::Method, QStringLiteral("by method")},
      {figures::Grouping::Setting, QStringLiteral("by setting")}};
  return all;
}

const std::vector<std::pair<figures::BandKind, QString>>& bands() {
  static const std::vector<std::pair<figures::BandKind, QString>> all = {
      {figures::BandKind::Interval, QStringLiteral("95 % interval from 5 seeds, single seeds below")},
      {figures::BandKind::MinMax, QStringLiteral("band from smallest to largest")},
      {figures::BandKind::None, QStringLiteral("no band")}};
  return all;
}

}  // namespace

PlotToolbar::PlotToolbar(Controls controls, QWidget* parent) : QWidget(parent), layout_(new QHBoxLayout(this)) {
  layout_->setContentsMargins(0, 0, 0, 0);
  layout_->setSpacing(2);
  if (controls.testFlag(XSource)) addSources();
  if (controls.testFlag(LogX)) {
    addToggle(log_x_, QStringLiteral("log x"), QStringLiteral("Logarithmic x axis (X)"), &figures::CurveOptions::log_x);
  }
  if (controls.testFlag(LogY)) {
    addToggle(log_y_, QStringLiteral("log y"), QStringLiteral("Logarithmic y axis (L)"), &figures::CurveOptions::log_y);
  }
  if (controls.testFlag(Smoothing)) {
    smoothing_ = new SmoothingField(this);
    layout_->addWidget(smoothing_);
    connect(smoothing_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
      options_.smoothing = value;
      Q_EMIT optionsChanged();
    });
  }
  if (controls.testFlag(Grouping)) addGrouping();
  if (controls.testFlag(Outliers)) {
    addToggle(outliers_, QStringLiteral("outliers"), QStringLiteral("Let single spikes stretch the value axis"),
              &figures::CurveOptions::outliers);
  }
  layout_->addStretch(1);
  addRightSide();
  showOptions();
  layout_->setSizeConstraint(QLayout::SetNoConstraint);
  measureWidths();
}

void PlotToolbar::measureWidths() {
  for (QWidget* child : findChildren<QWidget*>()) child->ensurePolished();
  folded_.reset();
  setFolded(true);
  folded_width_ = layout_->minimumSize().width();
  setFolded(false);
  full_width_ = layout_->minimumSize().width();
  setFolded(width() < full_width_);
}

void PlotToolbar::addInFront(SegmentBar* choice) {
  front_ = choice;
  layout_->insertWidget(0, choice);
  measureWidths();
}

QSize PlotToolbar::minimumSizeHint() const {
  return {folded_width_, layout_->minimumSize().height()};
}

QToolButton* PlotToolbar::makeButton(const QString& text, const QString& tip, bool checkable) {
  auto* button = new QToolButton(this);
  button->setText(text);
  button->setFont(captionFont());
  button->setCheckable(checkable);
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  button->setFocusPolicy(Qt::TabFocus);
  layout_->addWidget(button);
  return button;
}

void PlotToolbar::addSources() {
  source_menu_ = makeButton({}, QStringLiteral("What the x axis shows"), false);
  source_menu_->setPopupMode(QToolButton::InstantPopup);
  source_menu_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  source_menu_->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  source_menu_->setIconSize(QSize(10, 10));
  source_menu_->setLayoutDirection(Qt::RightToLeft);  // the arrow behind the word
  source_menu_->setMenu(new QMenu(this));
  for (const auto& [source, name] : sources()) {
    auto* button = makeButton(name, QStringLiteral("x axis: %1").arg(name), true);
    connect(button, &QToolButton::clicked, this, [this, source = source] { takeSource(source); });
    sources_.push_back(button);
    source_menu_->menu()->addAction(name, this, [this, source = source] { takeSource(source); });
  }
  layout_->addSpacing(kGap);
}

void PlotToolbar::addToggle(QToolButton*& button, const QString& text, const QString& tip,
                            bool figures::CurveOptions::*member) {
  button = makeButton(text, tip, true);
  connect(button, &QToolButton::clicked, this, [this, member](bool checked) {
    options_.*member = checked;
    Q_EMIT optionsChanged();
  });
}

void PlotToolbar::takeGrouping(const figures::Grouping& grouping) {
  options_.grouping = grouping;
  showOptions();
  Q_EMIT optionsChanged();
}

void PlotToolbar::fillSettings(QMenu* menu) {
  menu->clear();
  const std::vector<std::string> settings = group_settings_ ? group_settings_() : std::vector<std::string>();
  for (const std::string& pointer : settings) {
    QAction* action = menu->addAction(QString::fromStdString(figures::setting_label(pointer)));
    action->setCheckable(true);
    action->setChecked(options_.grouping.pointer() == pointer);
    connect(action, &QAction::triggered, this, [this, pointer] { takeGrouping(figures::Grouping::by(pointer)); });
  }
  if (menu->isEmpty()) menu->addAction(QStringLiteral("the runs differ in nothing"))->setEnabled(false);
}

void PlotToolbar::addGrouping() {
  grouping_ = makeButton(QStringLiteral("by method · band"), QStringLiteral("Which runs share a curve"), false);
  grouping_->setPopupMode(QToolButton::InstantPopup);
  grouping_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  grouping_->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  grouping_->setIconSize(QSize(10, 10));
  grouping_->setLayoutDirection(Qt::RightToLeft);
  auto* menu = new QMenu(this);
  auto* exclusive = new QActionGroup(menu);
  for (const auto& [grouping, name] : groupings()) {
    QAction* action = menu->addAction(name);
    action->setCheckable(true);
    exclusive->addAction(action);
    group_actions_.push_back(action);
    connect(action, &QAction::triggered, this, [this, grouping = grouping] { takeGrouping(grouping); });
  }
  auto* one_setting = menu->addMenu(QStringLiteral("by one setting"));
  connect(one_setting, &QMenu::aboutToShow, this, [this, one_setting] { fillSettings(one_setting); });
  menu->addSeparator();
  auto* one_band = new QActionGroup(menu);
  for (const auto& [band, name] : bands()) {
    QAction* action = menu->addAction(name);
    action->setCheckable(true);
    one_band->addAction(action);
    band_actions_.push_back(action);
    connect(action, &QAction::triggered, this, [this, band = band] {
      options_.band = band;
      showOptions();
      Q_EMIT optionsChanged();
    });
  }
  grouping_->setMenu(menu);
}

void PlotToolbar::addRightSide() {
  const auto add = [this](const char* icon, const char* text, const char* tip, bool checkable) {
    auto* button = makeButton(QString::fromUtf8(text), QString::fromUtf8(tip), checkable);
    button->setIcon(themedIcon(QString::fromUtf8(icon), IconTone::Secondary));
    button->setIconSize(QSize(14, 14));
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    return button;
  };
  table_ = add("table", "table", "Show the numbers as a table", true);
  pin_ = add("pin", "pin", "Pin to the report", false);
  pin_->setObjectName(QStringLiteral("pin"));
  copy_ = add("copy", "copy", "Copy the picture", false);
  export_ = add("export", "export", "Export as PDF, SVG, PNG, CSV or pgfplots", true);
  connect(table_, &QToolButton::clicked, this, &PlotToolbar::tableToggled);
  connect(pin_, &QToolButton::clicked, this, &PlotToolbar::pinRequested);
  connect(copy_, &QToolButton::clicked, this, &PlotToolbar::copyRequested);
  connect(export_, &QToolButton::clicked, this, &PlotToolbar::exportToggled);
}

void PlotToolbar::takeSource(figures::XSource source) {
  options_.x = source;
  showOptions();
  Q_EMIT optionsChanged();
}

void PlotToolbar::setOptions(const figures::CurveOptions& options) {
  options_ = options;
  showOptions();
}

void PlotToolbar::toggleSmoothing() {
  if (smoothing_ != nullptr) smoothing_->toggle();
}

void PlotToolbar::setOpen(bool table, bool export_panel) {
  table_->setChecked(table);
  export_->setChecked(export_panel);
}

void PlotToolbar::showOptions() {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    sources_[i]->setChecked(sources()[i].first == options_.x);
    if (sources()[i].first == options_.x) source_menu_->setText(sources()[i].second);
  }
  if (log_x_ != nullptr) log_x_->setChecked(options_.log_x);
  if (log_y_ != nullptr) log_y_->setChecked(options_.log_y);
  if (outliers_ != nullptr) outliers_->setChecked(options_.outliers);
  if (smoothing_ != nullptr) {
    const QSignalBlocker quiet(smoothing_);
    smoothing_->setValue(options_.smoothing);
  }
  for (std::size_t i = 0; i < group_actions_.size(); ++i) {
    group_actions_[i]->setChecked(groupings()[i].first == options_.grouping);
    if (groupings()[i].first == options_.grouping) grouping_->setText(groupings()[i].second);
  }
  if (grouping_ != nullptr && options_.grouping == figures::Grouping::Value)
    grouping_->setText(QStringLiteral("by ") + QString::fromStdString(figures::setting_label(options_.grouping.pointer())));
  const bool grouped = options_.grouping != figures::Grouping::None;
  for (std::size_t i = 0; i < band_actions_.size(); ++i) {
    band_actions_[i]->setChecked(bands()[i].first == options_.band);
    band_actions_[i]->setEnabled(grouped);
  }
  if (!band_actions_.empty() && grouped && options_.band != figures::BandKind::None) {
    grouping_->setText(grouping_->text() + (options_.band == figures::BandKind::Interval ? QStringLiteral(" · 95 %")
                                                                                         : QStringLiteral(" · band")));
  }
}

void PlotToolbar::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  measureWidths();
}

void PlotToolbar::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  setFolded(width() < full_width_);
}

void PlotToolbar::setFolded(bool folded) {
  if (folded == folded_) return;
  folded_ = folded;
  if (front_ != nullptr) front_->setFolded(folded);
  if (source_menu_ != nullptr) source_menu_->setVisible(folded);
  for (QToolButton* button : sources_) button->setVisible(!folded);
  for (QToolButton* button : {table_, pin_, copy_, export_}) {
    button->setToolButtonStyle(folded ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextOnly);
    setRole(button, folded ? "icon" : "");
  }
  layout_->invalidate();
}

}  // namespace lorascope::ui
