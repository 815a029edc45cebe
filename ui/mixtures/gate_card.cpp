#include "ui/mixtures/gate_card.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QPointer>
#include <QSignalBlocker>
#include <QSlider>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>
#include <filesystem>

#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/weights/step_slider.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kTextLetters = 48;
constexpr int kPlotHeight = 220;
const std::string kShare = "gate/share/";
const std::string kEntropy = "gate/entropy";

/// A row's tokens as a line to choose it by.
QString rowText(const figures::Scalings& scalings, std::size_t row) {
  QString text;
  for (std::int64_t t = scalings.boundaries[row]; t < scalings.boundaries[row + 1] && text.size() <= kTextLetters; ++t) {
    const QString token = QString::fromStdString(scalings.tokens[static_cast<std::size_t>(t)]);
    if (token.startsWith('[')) continue;
    if (token.startsWith(QStringLiteral("##"))) {
      text += token.mid(2);
    } else {
      text += (text.isEmpty() ? QString() : QStringLiteral(" ")) + token;
    }
  }
  if (text.size() > kTextLetters) text = text.left(kTextLetters - 1) + QChar(0x2026);
  return row < scalings.row_tasks.size() ? QString::fromStdString(scalings.row_tasks[row]) + QStringLiteral(": ") + text
                                         : text;
}

}  // namespace

GateCard::GateCard(SessionModel* session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      card_(new ScalingCard(tr("The gate over training"))),
      shares_(new PlotCard(PlotToolbar::Controls())),
      slider_(new StepSlider),
      texts_(new QComboBox) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kPadding);
  column->addWidget(card_);
  column->addWidget(shares_);
  texts_->setAccessibleName(tr("Text of the probe set"));
  texts_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  texts_->setMinimumContentsLength(24);
  slider_->slider()->setAccessibleName(tr("Step of the recorded scalings"));
  auto* row = new QHBoxLayout;
  row->setSpacing(kSectionGap);
  row->addWidget(texts_, 1);
  row->addWidget(slider_, 1);
  card_->body()->addLayout(row);
  shares_->setMinimumHeight(kPlotHeight);
  connect(texts_, &QComboBox::activated, this, &GateCard::showText);
  connect(slider_, &StepSlider::stepChosen, this, [this](std::int64_t step) {
    step_ = step;
    showStep();
  });
  connect(slider_, &StepSlider::newestChosen, this, [this] {
    step_.reset();
    showStep();
  });
  connect(session_, &SessionModel::selectionChanged, this, &GateCard::followRun);
  connect(session_, &SessionModel::newEvents, this, &GateCard::readArtifacts);
  connect(session_, &SessionModel::newPoints, this, &GateCard::updateShares);
  connect(session_, &SessionModel::workspaceOpened, this, &GateCard::followRun);
  hide();
  followRun();
}

void GateCard::followRun() {
  if (session_->selectedRun() != run_) {
    run_ = session_->selectedRun();
    step_.reset();
    files_.clear();
    shown_file_.clear();
    scalings_.reset();
    hide();
  }
  readArtifacts();
  updateShares();
}

void GateCard::readArtifacts() {
  const RunData* rows = session_->data(run_);
  if (rows == nullptr) return;
  std::vector<std::pair<std::int64_t, std::string>> files;
  const std::filesystem::path folder = session_->workspaceFolder().toStdString();
  for (const store::Artifact& artifact : rows->artifacts)
    if (artifact.kind == "scalings") files.emplace_back(artifact.step, (folder / artifact.path).string());
  std::sort(files.begin(), files.end());
  if (files == files_) return;
  files_ = std::move(files);
  std::vector<std::int64_t> steps;
  for (const auto& [step, file] : files_) steps.push_back(step);
  slider_->setSteps(steps);
  slider_->setStep(step_);
  showStep();
}

void GateCard::showStep() {
  if (files_.empty()) return;
  auto at = step_ ? std::upper_bound(files_.begin(), files_.end(), *step_,
                                     [](std::int64_t step, const auto& file) { return step < file.first; })
                  : files_.end();
  if (at != files_.begin()) --at;
  if (at->second == shown_file_) return;
  shown_file_ = at->second;
  QThreadPool::globalInstance()->start([card = QPointer(this), file = shown_file_, request = ++request_] {
    std::shared_ptr<const figures::Scalings> scalings;
    try {
      scalings = std::make_shared<const figures::Scalings>(figures::read_scalings(file));
    } catch (const std::exception&) {
      return;  // a file that is gone or half there: the steps beside it stay
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [card, request, scalings] {
      if (card) card->takeScalings(request, scalings);
    });
  });
}

void GateCard::takeScalings(int request, const std::shared_ptr<const figures::Scalings>& scalings) {
  if (request != request_) return;
  const bool other_texts = !scalings_ || scalings_->tokens != scalings->tokens;
  scalings_ = scalings;
  if (other_texts) {
    const QSignalBlocker quiet(texts_);
    texts_->clear();
    texts_->addItem(tr("All %1 texts").arg(scalings_->num_rows()));
    for (std::size_t row = 0; row < scalings_->num_rows(); ++row) texts_->addItem(rowText(*scalings_, row));
    // One text has names at its tokens, and tells more at first sight than all of them.
    texts_->setCurrentIndex(texts_->count() > 1 ? 1 : 0);
  }
  card_->setNote(tr("step %1, %2 tokens of the probe set").arg(scalings_->step).arg(scalings_->tokens.size()));
  showText();
  show();
  updateShares();
}

void GateCard::showText() {
  if (!scalings_) return;
  const int chosen = texts_->currentIndex();
  if (chosen <= 0) return card_->setScalings(scalings_, 0, scalings_->tokens.size());
  const auto row = static_cast<std::size_t>(chosen) - 1;
  card_->setScalings(scalings_, static_cast<std::size_t>(scalings_->boundaries[row]),
                     static_cast<std::size_t>(scalings_->boundaries[row + 1]));
}

std::size_t GateCard::placeOf(const std::string& adapter, std::size_t otherwise) const {
  if (!scalings_) return otherwise;
  const auto found = std::find(scalings_->adapters.begin(), scalings_->adapters.end(), adapter);
  return found == scalings_->adapters.end() ? otherwise : static_cast<std::size_t>(found - scalings_->adapters.begin());
}

void GateCard::updateShares() {
  const RunData* rows = session_->data(run_);
  if (rows == nullptr) return;
  QStringList wanted;
  figures::FigureData figure;
  figure.title = "Adapters' share over training";
  figure.note = "entropy in nats";
  figure.x.label = "step";
  figure.x.whole_numbers = true;
  figure.y.label = "share, entropy";
  figure.empty_reason = "no evaluation yet";
  std::size_t number = 0;
  for (const std::string& name : rows->series_names) {
    const bool is_share = name.starts_with(kShare);
    if (!is_share && name != kEntropy) continue;
    wanted.append(QString::fromStdString(name));
    const auto points = rows->series.find(name);
    figures::Line line;
    line.name = is_share ? name.substr(kShare.size()) : "entropy";
    line.style = is_share ? figures::adapter_style(placeOf(line.name, number++)) : figures::LineStyle{.method = "base"};
    line.style.markers = true;
    if (points == rows->series.end()) continue;
    for (const store::MetricPoint& point : points->second) {
      line.x.push_back(static_cast<double>(point.step));
      line.y.push_back(point.value);
    }
    figure.lines.push_back(std::move(line));
  }
  if (!wanted.isEmpty()) session_->wantSeries(wanted);
  shares_->setVisible(!wanted.isEmpty());
  shares_->setFigure(std::move(figure));
}

}  // namespace lorascope::ui
