#include "ui/weights/kept_share_card.h"

#include <QHBoxLayout>
#include <QJsonDocument>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProcess>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/figures/run_groups.h"
#include "core/study/run_settings.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/process/lorascope_program.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kPlotHeight = 210;
constexpr int kWaitMs = 400;  ///< the slider stands still before a measurement starts
constexpr int kSteps = 20;    ///< of the slider, from 0 to 1
const std::vector<double> kGrid = {1, 0.75, 0.5, 0.25, 0};

/// "LoRA r 8, seed 42".
QString nameOf(const store::RunRecord& run) {
  return QString::fromStdString(figures::full_name(run));
}

}  // namespace

figures::FigureData keptShareFigure(const std::map<double, KeptSharePoint>& points, const std::string& score,
                                    const std::string& label, double base) {
  figures::FigureData figure;
  figure.title = label;
  figure.x.label = "kept share of the intruders";
  figure.x.minimum = 0;
  figure.x.maximum = 1;
  figure.y.label = label;
  figures::Line line;
  line.name = label;
  line.style.method = score.empty() ? "base" : "lora";
  line.style.markers = true;
  for (const auto& [share, point] : points) {
    const auto value = point.scores.find(score);
    if (!score.empty() && value == point.scores.end()) continue;
    line.x.push_back(share);
    line.y.push_back(score.empty() ? point.base_task : value->second);
  }
  if (line.x.empty()) {
    figure.empty_reason = "nothing is measured yet";
    return figure;
  }
  figure.lines.push_back(std::move(line));
  if (std::isfinite(base)) figure.references.push_back({false, base, "base model", std::nullopt});
  return figure;
}

KeptShareCard::KeptShareCard(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : Card(tr("Kept share of the intruders"), parent),
      session_(session),
      program_(program),
      soon_(new QTimer(this)),
      menu_button_(new QToolButton),
      message_(new MessageBar),
      slider_(new QSlider(Qt::Horizontal)),
      value_(makeValue(QString())),
      rows_(new QSpinBox),
      measure_(new QPushButton(tr("Measure five shares"))),
      cancel_(new QPushButton(tr("Cancel"))),
      save_(new QPushButton(tr("Save as new adapter"))),
      score_plot_(new PlotCard({})),
      loss_plot_(new PlotCard({})) {
  setHelpTopic(this, QStringLiteral("measure.kept_share"));
  body()->addWidget(message_);
  buildControls();
  buildPlots();
  auto* doubt = makeCaption(tr("Without an intruder at this threshold every share is the same model. Differences below "
                               "the spread over seeds say nothing."));
  doubt->setWordWrap(true);
  body()->addWidget(doubt);
  soon_->setSingleShot(true);
  soon_->setInterval(kWaitMs);
  connect(soon_, &QTimer::timeout, this, [this] { measure({share()}); });
  connect(slider_, &QSlider::valueChanged, this, [this] {
    refresh();
    if (run_ != 0) soon_->start();
  });
  connect(measure_, &QPushButton::clicked, this, [this] { measure(kGrid); });
  connect(cancel_, &QPushButton::clicked, this, &KeptShareCard::cancel);
  connect(save_, &QPushButton::clicked, this, &KeptShareCard::save);
  connect(session_, &SessionModel::workspaceOpened, this, [this] { setRun(0); });
  refresh();
}

KeptShareCard::~KeptShareCard() {
  if (process_) LorascopeProgram::stop(process_);
}

void KeptShareCard::buildControls() {
  menu_button_->setText(tr("choose"));
  menu_button_->setAccessibleName(tr("Choose the run whose intruders are scaled"));
  menu_button_->setPopupMode(QToolButton::InstantPopup);
  menu_button_->setMenu(new QMenu(menu_button_));
  connect(menu_button_->menu(), &QMenu::aboutToShow, this, &KeptShareCard::fillMenu);
  header()->addWidget(menu_button_);
  slider_->setRange(0, kSteps);
  slider_->setValue(kSteps);
  slider_->setPageStep(kSteps / 4);
  slider_->setAccessibleName(tr("Kept share of the intruders"));
  rows_->setRange(0, 1000000);
  rows_->setValue(200);
  rows_->setSpecialValueText(tr("all examples"));
  rows_->setSuffix(tr(" examples"));
  rows_->setAccessibleName(tr("Examples that are scored"));
  rows_->setToolTip(tr("First examples of the evaluation data; fewer are faster and noisier"));
  connect(rows_, &QSpinBox::editingFinished, this, [this] {
    if (!points_.empty() && about_.value("examples").toInt() != rows_->value()) forget();
  });
  cancel_->setToolTip(tr("End the measurement; what is measured stays"));
  save_->setToolTip(tr("A run of its own with this share of the intruders; this run is kept as its parent"));
  auto* sliding = new QHBoxLayout;
  sliding->setSpacing(kGap);
  sliding->addWidget(slider_, 1);
  sliding->addWidget(value_);
  sliding->addWidget(rows_);
  body()->addLayout(sliding);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGap);
  for (QPushButton* button : {measure_, cancel_, save_}) buttons->addWidget(button);
  buttons->addStretch(1);
  body()->addLayout(buttons);
}

void KeptShareCard::buildPlots() {
  auto* row = new QHBoxLayout;
  row->setSpacing(kPadding);
  for (PlotCard* plot : {score_plot_, loss_plot_}) {
    plot->setMinimumHeight(kPlotHeight);
    row->addWidget(plot, 1);
    connect(plot->view(), &PlotView::cursorMoved, this, [this](double x) { setShare(x); });
  }
  setHelpTopic(loss_plot_, QStringLiteral("measure.base_task_loss"));
  // Half of a narrow card is not enough for an export: the other plot waits meanwhile.
  for (const auto& [opened, other] : {std::pair(score_plot_, loss_plot_), std::pair(loss_plot_, score_plot_)})
    connect(opened, &PlotCard::exportOpened, this, [other = other](bool open) { other->setVisible(!open); });
  body()->addLayout(row);
}

void KeptShareCard::fillMenu() {
  QMenu* menu = menu_button_->menu();
  menu->clear();
  for (const store::RunRecord& run : session_->runs()) {
    const bool has_weights = run.state == store::RunState::Finished && (run.method == "ft" || run.method == "lora");
    if (!has_weights) continue;
    menu->addAction(nameOf(run), this, [this, id = run.id] {
      setRun(id);
      measure(kGrid);
    });
  }
  if (menu->isEmpty()) menu->addAction(tr("No run has finished yet"))->setEnabled(false);
}

void KeptShareCard::setRun(RunId run) {
  if (run == run_) return;
  run_ = run;
  forget();
}

void KeptShareCard::setThreshold(double threshold) {
  if (threshold == threshold_) return;
  threshold_ = threshold;
  forget();
}

void KeptShareCard::forget() {
  cancel();
  points_.clear();
  about_ = {};
  message_->clear();
  refresh();
}

void KeptShareCard::setShare(double share) {
  slider_->setValue(static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kSteps)));
}

double KeptShareCard::share() const {
  return static_cast<double>(slider_->value()) / kSteps;
}

void KeptShareCard::measure(std::vector<double> shares) {
  std::erase_if(shares, [this](double share) { return points_.contains(share); });
  if (run_ == 0 || process_ || shares.empty()) return;
  QStringList texts;
  for (const double share : shares) texts.append(QString::number(share));
  const QStringList arguments = {QStringLiteral("kept-share"),
                                 QString::number(run_),
                                 QStringLiteral("--shares"),
                                 texts.join(','),
                                 QStringLiteral("--threshold"),
                                 QString::number(threshold_),
                                 QStringLiteral("--rows"),
                                 QString::number(rows_->value()),
                                 QStringLiteral("--workspace"),
                                 session_->workspaceFolder(),
                                 QStringLiteral("--lines")};
  message_->clear();
  process_ = program_->runLines(
      arguments, [this](const QString& line) { takeLine(line); },
      [this, arguments](const ProgramResult& result) { finish(result.exit_code, result.errors, arguments); });
  refresh();
}

void KeptShareCard::takeLine(const QString& line) {
  const QJsonObject object = QJsonDocument::fromJson(line.toUtf8()).object();
  if (!object.contains("share")) {
    about_ = object;
  } else {
    KeptSharePoint point;
    point.base_task = object.value("base_task").toDouble();
    const QJsonObject scores = object.value("scores").toObject();
    for (auto score = scores.begin(); score != scores.end(); ++score)
      point.scores[score.key().toStdString()] = score.value().toDouble();
    points_[object.value("share").toDouble()] = std::move(point);
  }
  refresh();
  Q_EMIT shown();
}

void KeptShareCard::finish(int exit_code, const QString& errors, const QStringList& arguments) {
  process_.clear();
  if (exit_code != 0) {
    const QString text = errors.trimmed();
    message_->showMessage(Tone::Error, text.isEmpty() ? tr("The shares could not be measured.") : text,
                          tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
  } else if (!points_.contains(share())) {
    soon_->start();  // the slider went on meanwhile
  }
  refresh();
  Q_EMIT shown();
}

void KeptShareCard::cancel() {
  soon_->stop();
  if (!process_) return;
  LorascopeProgram::stop(process_);
  process_.clear();
  refresh();
}

void KeptShareCard::save() {
  if (run_ == 0) return;
  const QStringList arguments = {QStringLiteral("derive"),
                                 QString::number(run_),
                                 QStringLiteral("--kept-share"),
                                 QString::number(share()),
                                 QStringLiteral("--threshold"),
                                 QString::number(threshold_),
                                 QStringLiteral("--workspace"),
                                 session_->workspaceFolder(),
                                 QStringLiteral("--json")};
  save_->setEnabled(false);
  program_->run(arguments, [this, arguments](const ProgramResult& result) {
    const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
    if (result.exit_code != 0 || answer.isEmpty()) {
      const QString text = result.errors.trimmed();
      message_->showMessage(Tone::Error, text.isEmpty() ? tr("The run could not be saved.") : text,
                            tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
    } else {
      const qint64 id = answer.value("run_id").toInteger();
      message_->showMessage(Tone::Info, tr("Saved as run %1.").arg(id), tr("Its parent is run %1.").arg(run_));
      session_->refresh();
      Q_EMIT derived(id);
    }
    refresh();
    Q_EMIT shown();
  });
}

std::string KeptShareCard::mainScore() const {
  const store::RunRecord* run = session_->run(run_);
  const auto& metrics = study::selection_metrics(run != nullptr ? run->task : std::string());
  return metrics.size() > 1 ? metrics[1] : metrics.front();
}

void KeptShareCard::refresh() {
  const store::RunRecord* run = session_->run(run_);
  value_->setText(QLocale().toString(share(), 'f', 2));
  for (QWidget* widget : std::initializer_list<QWidget*>{slider_, value_, rows_, measure_, save_, score_plot_, loss_plot_})
    widget->setVisible(run != nullptr);
  cancel_->setVisible(process_ != nullptr);
  measure_->setEnabled(process_ == nullptr);
  save_->setEnabled(run != nullptr);
  if (run == nullptr) {
    setNote(tr("choose a finished run; scores are measured again in the background"));
    return;
  }
  save_->setText(run->method == "lora" ? tr("Save as new adapter") : tr("Save as new model"));
  QString note = nameOf(*run);
  if (about_.contains("intruders")) note += tr(", %1 intruders").arg(about_.value("intruders").toInt());
  if (process_) note += tr(", measuring…");
  setNote(note);
  const std::string score = mainScore();
  score_plot_->setFigure(keptShareFigure(points_, score, "task " + score, std::nan("")));
  const QString task = about_.value("base_task").toString();
  const QString label = task.isEmpty() ? tr("base-task loss") : tr("loss, %1").arg(task);
  const double base = about_.contains("base_task_of_base") ? about_.value("base_task_of_base").toDouble() : std::nan("");
  loss_plot_->setFigure(keptShareFigure(points_, {}, label.toStdString(), base));
  for (PlotCard* plot : {score_plot_, loss_plot_})
    plot->view()->setCursor(share(), QLocale().toString(share(), 'f', 2));
}

}  // namespace lorascope::ui
