#include "ui/train/train_tab.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/process/run_control.h"
#include "ui/study/study_editor.h"
#include "ui/train/first_batch_view.h"
#include "ui/train/loss_card.h"
#include "ui/train/problems_card.h"
#include "ui/train/result_card.h"
#include "ui/train/run_header.h"
#include "ui/train/worst_card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/inset.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// The study file among what is dragged; empty when there is none.
QString studyIn(const QMimeData* data) {
  const QList<QUrl> urls = data->urls();
  for (const QUrl& url : urls) {
    if (url.isLocalFile() && url.fileName().endsWith(QStringLiteral(".toml"), Qt::CaseInsensitive)) {
      return url.toLocalFile();
    }
  }
  return {};
}

/// A file of examples among what is dragged; empty when there is none.
QString fileIn(const QMimeData* data) {
  for (const QUrl& url : data->urls()) {
    if (url.isLocalFile() && QFileInfo(url.toLocalFile()).isFile()) return url.toLocalFile();
  }
  return {};
}

}  // namespace

TrainTab::TrainTab(SessionModel* session, RunControl* control, QWidget* parent)
    : QWidget(parent), session_(session), control_(control) {
  setAcceptDrops(true);
  // In a turn of its own: a study of a thousand runs takes as long to sum up as the page takes to show.
  result_soon_.setSingleShot(true);
  connect(&result_soon_, &QTimer::timeout, this, &TrainTab::showResult);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  problems_ = new ProblemsCard;
  problems_->hide();
  layout->addWidget(new Inset(problems_, QMargins(kPadding, kPadding, kPadding, 0)));
  pages_ = new QStackedWidget;
  layout->addWidget(pages_, 1);
  buildEmptyState();
  pages_->addWidget(empty_);
  pages_->addWidget(buildRunPage());
  editor_ = new StudyEditor(session_);
  pages_->addWidget(editor_);
  connect(editor_, &StudyEditor::closed, this, &TrainTab::closeEditor);
  connect(editor_, &StudyEditor::startRequested, this, &TrainTab::openStudy);
  connect(control_, &RunControl::studyStarted, this, &TrainTab::closeEditor);
  connect(problems_, &ProblemsCard::retryRequested, this, [this] { openStudy(study_path_); });
  connect(problems_, &ProblemsCard::dismissed, problems_, &QWidget::hide);
  connect(session, &SessionModel::runsChanged, this, &TrainTab::refresh);
  connect(session, &SessionModel::selectionChanged, this, &TrainTab::refresh);
  connect(session, &SessionModel::newEvents, this, [this](store::RunId id) {
    if (id == session_->selectedRun()) showBatch();
  });
  refresh();
}

void TrainTab::buildEmptyState() {
  empty_ = new EmptyState(QStringLiteral("curves"), tr("Compare full fine-tuning with LoRA on one encoder"));
  empty_->setDetail(
      tr("The built-in comparison takes a few minutes: it trains both on three small generated tasks and shows loss, scores and weights as "
         "they grow. A study file (.toml), data files or an adapter folder can also be dropped here."));
  empty_->addButton(tr("Run the built-in comparison"), true,
                    [this] { control_->startBuiltInStudy(); });
  empty_->addButton(tr("Make a study"), false, [this] { openEditor(); });
  empty_->addButton(tr("Open a workspace"), false, [this] { Q_EMIT workspaceRequested(); });
  empty_->addButton(tr("Open an adapter folder"), false, [this] { Q_EMIT adapterRequested(); });
}

QWidget* TrainTab::buildRunPage() {
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  scroll->setWidget(page);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  layout->setSpacing(kPadding);
  header_ = new RunHeader(session_, control_);
  result_ = new ResultCard;
  batch_card_ = new Card(tr("First batch, as the model sees it"));
  batch_ = new FirstBatchView;
  setHelpTopic(batch_card_, QStringLiteral("measure.first_batch"));
  batch_card_->body()->addWidget(batch_);
  layout->addWidget(header_);
  layout->addWidget(result_);
  layout->addWidget(new LossCard(session_), 1);
  layout->addWidget(batch_card_);
  worst_ = new WorstCard(session_);
  layout->addWidget(worst_);
  connect(result_, &ResultCard::compareRequested, this, &TrainTab::compareRequested);
  connect(result_, &ResultCard::inspectRequested, this, &TrainTab::inspectRequested);
  connect(result_, &ResultCard::curvesRequested, this, &TrainTab::curvesRequested);
  connect(result_, &ResultCard::weightsRequested, this, &TrainTab::weightsRequested);
  connect(result_, &ResultCard::exportRequested, this, &TrainTab::exportRequested);
  return scroll;
}

void TrainTab::refresh() {
  const store::RunRecord* run = session_->run(session_->selectedRun());
  pages_->setCurrentIndex(is_editing_ ? 2 : run == nullptr ? 0 : 1);
  if (run == nullptr) {
    batch_of_ = 0;
    return;
  }
  header_->showRun(*run);
  result_soon_.start();
  showBatch();
}

void TrainTab::showResult() {
  const store::RunRecord* run = session_->run(session_->selectedRun());
  if (run == nullptr) return;
  const ScoreSummary summary = summarise(session_->runs(), run->study);
  result_->setVisible(summary.num_finished > 0);
  result_->setSummary(summary);
}

void TrainTab::showBatch() {
  const store::RunId id = session_->selectedRun();
  const RunData* rows = session_->data(id);
  const bool has_batch = rows != nullptr && rows->first_batch.has_value();
  batch_card_->setVisible(has_batch);
  if (!has_batch || batch_of_ == id) {
    batch_of_ = has_batch ? id : 0;
    return;
  }
  batch_of_ = id;
  batch_->setBatch(FirstBatch::fromJson(*rows->first_batch));
  const FirstBatch& batch = batch_->batch();
  const bool all = batch.numShownRows() == batch.rows.size();
  batch_card_->setNote(all ? batch.summary() : tr("the first %1 of %2").arg(batch.numShownRows()).arg(batch.summary()));
}

void TrainTab::openEditor() {
  is_editing_ = true;
  refresh();
}

void TrainTab::openEditor(const StudyDraft& draft) {
  editor_->setDraft(draft);
  openEditor();
}

void TrainTab::closeEditor() {
  is_editing_ = false;
  refresh();
}

void TrainTab::openStudy(const QString& path) {
  study_path_ = path;
  problems_->hide();
  control_->startStudy(path, [this, path](const std::vector<Problem>& problems) { showProblems(path, problems); });
}

void TrainTab::showProblems(const QString& path, const std::vector<Problem>& problems) {
  study_path_ = path;
  problems_->setProblems(tr("%1 cannot be run").arg(path.section('/', -1)), problems);
  problems_->show();
}

void TrainTab::dragEnterEvent(QDragEnterEvent* event) {
  if (!studyIn(event->mimeData()).isEmpty() || !fileIn(event->mimeData()).isEmpty()) {
    event->acceptProposedAction();
  }
}

void TrainTab::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  if (const QString study = studyIn(event->mimeData()); !study.isEmpty()) {
    openStudy(study);
  } else if (const QString file = fileIn(event->mimeData()); !file.isEmpty()) {
    editor_->takeDataFile(file);
    openEditor();
  }
}

}  // namespace lorascope::ui
