#include "ui/inspect/inspect_tab.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/study/run_settings.h"
#include "ui/inspect/aggregate_card.h"
#include "ui/inspect/inspect_views.h"
#include "ui/inspect/sentence_input.h"
#include "ui/inspect/what_if_panel.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/segment_bar.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kPanelWidth = 268;
constexpr int kWidthForPanel = 760;
constexpr qsizetype kMostHistory = 20;

bool hasResult(const store::RunRecord& run) {
  return run.state == store::RunState::Finished || run.state == store::RunState::Stopped;
}

/// Calls `take` with the milliseconds since now.
template <class Take>
InspectorProcess::Take timed(Take take) {
  QElapsedTimer timer;
  timer.start();
  return [timer, take](const InspectorProcess::Reply& reply) { take(reply, static_cast<double>(timer.nsecsElapsed()) / 1e6); };
}

}  // namespace

InspectTab::InspectTab(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : QWidget(parent),
      session_(session),
      program_(program),
      examples_source_(new ExampleSource(session, this)),
      process_(new InspectorProcess(program, this)),
      pages_(new QStackedWidget(this)),
      empty_(new EmptyState(QStringLiteral("search"), tr("A finished run can be asked about any text"))),
      tasks_(new SegmentBar(tr("Task"))),
      input_(new SentenceInput),
      status_(makeCaption({})),
      messages_(new MessageBar),
      views_(new InspectViews(session)),
      panel_(new WhatIfPanel),
      aggregate_(new AggregateCard) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(pages_);
  empty_->addButton(tr("Start a comparison"), true, [this] { Q_EMIT trainRequested(); });
  empty_->addButton(tr("Open folder"), false, [this] { chooseFolder(); });
  setAcceptDrops(true);
  pages_->addWidget(empty_);
  buildPage();
  connectParts();
}

void InspectTab::buildPage() {
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  column_ = new QVBoxLayout(page);
  QVBoxLayout* column = column_;
  column->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  column->setSpacing(kPadding);
  auto* card = new Card;
  card->body()->addWidget(tasks_, 0, Qt::AlignLeft);
  tasks_->hide();
  card->body()->addWidget(input_);
  card->body()->addWidget(status_);
  card->body()->addWidget(messages_);
  column->addWidget(card);
  column->addWidget(views_);
  column->addWidget(aggregate_);
  column->addStretch(1);
  scroll->setWidget(page);
  side_ = makeScrollPage();
  auto* inset = new QWidget;
  side_column_ = new QVBoxLayout(inset);
  side_column_->setContentsMargins(0, kPadding, kPadding, kPadding);
  side_column_->addWidget(panel_);
  side_->setWidget(inset);
  side_->setFixedWidth(kPanelWidth);
  auto* both = new QWidget;
  auto* row = new QHBoxLayout(both);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(scroll, 1);
  row->addWidget(side_);
  pages_->addWidget(both);
}

void InspectTab::connectParts() {
  setHelpTopic(panel_, QStringLiteral("measure.what_if"));
  connect(session_, &SessionModel::selectionChanged, this, &InspectTab::followRun);
  connect(session_, &SessionModel::runsChanged, this, &InspectTab::followRun);
  connect(session_, &SessionModel::workspaceOpened, this, &InspectTab::followRun);
  connect(process_, &InspectorProcess::stateChanged, this, &InspectTab::followProcess);
  connect(tasks_, &SegmentBar::chosenChanged, this, [this](int chosen) {
    if (run_ != 0) loadRun(tasks_->segments().value(chosen));
  });
  connect(input_, &SentenceInput::asked, this, &InspectTab::ask);
  connect(input_, &SentenceInput::pairsRequested, this, &InspectTab::fillPairs);
  connect(input_, &SentenceInput::folderRequested, this, &InspectTab::chooseFolder);
  connect(input_, &SentenceInput::randomRequested, this, [this] {
    const auto& all = examples_.others.empty() ? examples_.worst : examples_.others;
    if (all.empty()) return;
    input_->setInput(all[QRandomGenerator::global()->bounded(static_cast<quint32>(all.size()))]);
    ask();
  });
  connect(input_, &SentenceInput::worstRequested, this, [this] {
    if (examples_.worst.empty()) return;
    input_->setInput(examples_.worst[next_worst_++ % examples_.worst.size()]);
    ask();
  });
  connect(views_, &InspectViews::tokenChosen, this, &InspectTab::showToken);
  connect(panel_, &WhatIfPanel::changed, this, &InspectTab::askWhatIf);
  connect(panel_, &WhatIfPanel::nearestRequested, this, &InspectTab::askNearest);
  connect(panel_, &WhatIfPanel::pinRequested, this, [this] {
    if (asked_.isEmpty()) return;
    QJsonObject content{{QStringLiteral("input"), asked_}, {QStringLiteral("what_if"), panel_->whatIf()}};
    if (const QJsonObject second = input_->second(); !second.isEmpty()) content.insert(QStringLiteral("second"), second);
    examples_source_->addPin(run_, content);
    readPins();
  });
  connect(panel_, &WhatIfPanel::pinChosen, this, &InspectTab::open);
  connect(panel_, &WhatIfPanel::pinRemoved, this, [this](std::int64_t id) {
    examples_source_->removePin(id);
    readPins();
  });
  connect(aggregate_, &AggregateCard::fileChosen, this,
          [this](const QString& file) { askAggregate(file, {{QStringLiteral("file"), file}}); });
  connect(aggregate_, &AggregateCard::pinsRequested, this, &InspectTab::askPinned);
  connect(aggregate_, &AggregateCard::cancelled, this, [this] { process_->withdraw(file_question_); });
}

PlotCard* InspectTab::mainPlot() const { return views_->distances(); }

void InspectTab::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  followRun();
}

void InspectTab::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void InspectTab::arrange() {
  const bool is_beside = width() >= kWidthForPanel;
  if (is_beside != side_->isHidden()) return;
  side_->setVisible(is_beside);
  if (is_beside) {
    side_column_->addWidget(panel_);
  } else {
    column_->insertWidget(column_->indexOf(views_) + 1, panel_);
  }
}

bool InspectTab::canInspect() const {
  if (!folder_.isEmpty()) return true;
  const store::RunRecord* run = session_->run(session_->selectedRun());
  return run != nullptr && hasResult(*run);
}

/// The model is loaded when somebody looks, not before.
void InspectTab::followRun() {
  if (session_->selectedRun() != run_before_folder_) folder_.clear();
  const store::RunRecord* run = session_->run(session_->selectedRun());
  pages_->setCurrentIndex(canInspect() ? 1 : 0);
  if (run != nullptr && !hasResult(*run)) {
    empty_->setDetail(tr("%1 has no result yet").arg(QString::fromStdString(run->name)));
  } else {
    empty_->setDetail(tr("An adapter's or a model's folder can be opened or dropped here, too"));
  }
  if (!isVisible() || !folder_.isEmpty()) return;
  if (!canInspect()) {
    run_ = 0;
    process_->stop();
    return;
  }
  if (run->id == run_) return;
  run_ = run->id;
  tasks_->hide();
  loadRun({});
}

/// `task` of a run of several; empty: its first, or its only one.
void InspectTab::loadRun(const QString& task) {
  const store::RunRecord* run = session_->run(run_);
  forget();
  if (run == nullptr) return;
  run_ = run->id;
  views_->setMethod(run->method);
  const bool is_of_several = run->task == study::kSeveralTasks;
  if (!is_of_several) input_->setTask(QString::fromStdString(run->task));
  QStringList arguments{QStringLiteral("--run"), QString::number(run_), QStringLiteral("--workspace"),
                        session_->workspaceFolder()};
  if (!task.isEmpty()) arguments << QStringLiteral("--task") << task;
  load(arguments);
  if (!is_of_several) readExamples(run->task, false);
}

void InspectTab::readExamples(const std::string& task, bool is_of_several) {
  examples_source_->readExamples(run_, task, is_of_several, [this, id = run_, task](const ExampleSource::Examples& examples) {
    if (id != run_ || task != input_->task().toStdString()) return;
    examples_ = examples;
    input_->worstButton()->setEnabled(!examples_.worst.empty());
    input_->randomButton()->setEnabled(!examples_.worst.empty() || !examples_.others.empty());
    // Something to look at at once: what was asked last, else the worst prediction.
    if (!input_->input().isEmpty()) return;
    const QList<QJsonObject> before = history_.value(input_->task());
    if (before.isEmpty() && examples_.worst.empty()) return;
    input_->setInput(before.isEmpty() ? examples_.worst[next_worst_++] : before.first());
    ask();
  });
}

void InspectTab::takeTask() {
  const QJsonObject& description = process_->description();
  const QString task = description.value(QStringLiteral("task")).toString();
  QStringList names;
  const QJsonArray tasks = description.value(QStringLiteral("tasks")).toArray();
  for (const QJsonValue& name : tasks) names.append(name.toString());
  const bool is_of_several = names.size() > 1;
  const QSignalBlocker quiet(tasks_);
  tasks_->setVisible(is_of_several);
  if (is_of_several && names != tasks_->segments()) tasks_->setSegments(names);
  if (is_of_several) tasks_->choose(static_cast<int>(names.indexOf(task)));
  if (!is_of_several && folder_.isEmpty()) return;
  if (task != input_->task() || is_of_several) input_->setTask(task);
  input_->setHistory(history_.value(task));
  readPins();
  if (is_of_several) readExamples(task.toStdString(), true);
}

void InspectTab::forget() {
  for (const int question : {question_, what_if_question_, pair_question_, nearest_question_, file_question_})
    process_->withdraw(question);
  question_ = what_if_question_ = pair_question_ = nearest_question_ = file_question_ = 0;
  views_->clear();
  panel_->setModel({});
  plain_.reset();
  changed_.reset();
  asked_ = {};
  examples_ = {};
  next_worst_ = 0;
  run_ = 0;
}

void InspectTab::load(const QStringList& arguments) {
  input_->setHistory(history_.value(input_->task()));
  process_->start(arguments);
  readPins();
}

void InspectTab::followProcess() {
  const bool is_ready = process_->state() == InspectorProcess::State::Ready;
  if (process_->state() == InspectorProcess::State::Loading) status_->setText(tr("Loading the model …"));
  if (process_->state() == InspectorProcess::State::Stopped) status_->clear();
  if (process_->state() == InspectorProcess::State::Failed) {
    status_->clear();
    messages_->showMessage(Tone::Error, process_->error(), process_->hint());
    messages_->addAction(tr("Try again"), [this] {
      messages_->clear();
      if (!folder_.isEmpty()) return openFolder(folder_);
      run_ = 0;
      followRun();
    });
    if (!folder_.isEmpty()) messages_->addAction(tr("Choose the base model"), [this] { chooseBase(); });
    return;
  }
  if (!is_ready) return messages_->clear();
  status_->clear();
  const QJsonObject& description = process_->description();
  panel_->setModel(description);
  takeTask();
  const QString kind = description.value(QStringLiteral("kind")).toString();
  if (folder_.isEmpty()) {
    if (kind == QStringLiteral("base")) views_->setMethod("base");
    return;
  }
  views_->setMethod(kind.toStdString());
  status_->setText(tr("%1 is open. Type a text and press Return.").arg(description.value(QStringLiteral("name")).toString()));
  if (const auto before = history_.value(input_->task()); input_->input().isEmpty() && !before.isEmpty()) input_->setInput(before.first());
  if (!input_->input().isEmpty()) ask();
}

void InspectTab::openFolder(const QString& folder, const QString& base) {
  forget();
  process_->stop();
  messages_->clear();
  tasks_->hide();
  folder_ = folder;
  run_before_folder_ = session_->selectedRun();
  pages_->setCurrentIndex(1);
  input_->worstButton()->setEnabled(false);
  input_->randomButton()->setEnabled(false);
  QStringList arguments{QStringLiteral("--folder"), folder};
  if (!base.isEmpty()) arguments << QStringLiteral("--base") << base;
  load(arguments);
}

bool InspectTab::isInspectable(const QString& folder) {
  const auto holds = [](const QDir& dir) {
    return dir.exists(QStringLiteral("adapter_config.json")) || dir.exists(QStringLiteral("xlora_config.json")) ||
           dir.exists(QStringLiteral("config.json"));
  };
  const QDir dir(folder);
  if (!QFileInfo(folder).isDir()) return false;
  if (holds(dir)) return true;
  const QStringList checkpoints = dir.entryList({QStringLiteral("checkpoint-*")}, QDir::Dirs);
  return std::any_of(checkpoints.begin(), checkpoints.end(), [&](const QString& name) { return holds(QDir(dir.filePath(name))); });
}

void InspectTab::chooseFolder() {
  auto* dialog = new QFileDialog(this, tr("Open an adapter's or a model's folder"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) { openFolder(folder); });
  dialog->open();
}

void InspectTab::chooseBase() {
  auto* dialog = new QFileDialog(this, tr("Choose the model under the adapter"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& base) { openFolder(folder_, base); });
  dialog->open();
}

void InspectTab::dragEnterEvent(QDragEnterEvent* event) {
  const QList<QUrl> urls = event->mimeData()->urls();
  if (urls.size() == 1 && isInspectable(urls.front().toLocalFile())) event->acceptProposedAction();
}

void InspectTab::dropEvent(QDropEvent* event) {
  openFolder(event->mimeData()->urls().front().toLocalFile());
  event->acceptProposedAction();
}

void InspectTab::remember(const QJsonObject& input) {
  QList<QJsonObject>& history = history_[input_->task()];
  history.removeAll(input);
  history.prepend(input);
  if (history.size() > kMostHistory) history.removeLast();
  input_->setHistory(history);
}

void InspectTab::ask() {
  const QJsonObject input = input_->input();
  if (input.isEmpty() || !isLoaded()) return;
  for (const int question : {question_, what_if_question_, nearest_question_}) process_->withdraw(question);
  what_if_question_ = 0;
  what_if_waits_ = false;
  asked_ = input;
  remember(input);
  messages_->clear();
  // The first one also waits for the model.
  const bool is_loaded = process_->state() == InspectorProcess::State::Ready;
  question_ = process_->ask({{QStringLiteral("ask"), QStringLiteral("sentence")}, {QStringLiteral("input"), input}},
                            timed([this, is_loaded](const InspectorProcess::Reply& reply, double milliseconds) {
                              question_ = 0;
                              answer_ms_ = is_loaded ? milliseconds : 0;
                              takeAnswer(reply, false);
                            }));
  askPair();
}

void InspectTab::takeAnswer(const InspectorProcess::Reply& reply, bool changed) {
  if (showError(reply)) return;
  auto answer = std::make_shared<const InspectAnswer>(InspectAnswer::fromJson(reply.answer));
  changed_ = answer;
  if (!changed) {
    plain_ = answer;
    if (answer->scalings) {
      std::vector<double> means(answer->scalings->adapters.size());
      for (std::size_t i = 0; i < answer->scalings->applied.size(); ++i) means[i % means.size()] += answer->scalings->applied[i];
      for (double& mean : means) mean /= std::max(1.0, static_cast<double>(answer->scalings->applied.size() / means.size()));
      panel_->setMeans(means);
    }
  }
  const double milliseconds = changed ? what_if_ms_ : answer_ms_;
  const QString tokens = tr("%1 tokens").arg(answer->numTokens());
  status_->setText(milliseconds > 0 ? tr("%1, answered in %2 ms").arg(tokens).arg(milliseconds, 0, 'f', 0) : tokens);
  views_->setAnswer(changed_, plain_);
  showToken();
  Q_EMIT answered();
  if (!changed && !panel_->whatIf().isEmpty()) askWhatIf();
}

/// At most one such question is under way: while a slider moves, the next one asks for where it is then.
void InspectTab::askWhatIf() {
  if (!plain_ || question_ != 0) return;
  if (what_if_question_ != 0) {
    what_if_waits_ = true;
    return;
  }
  const QJsonObject what_if = panel_->whatIf();
  if (what_if.isEmpty()) {
    changed_ = plain_;
    views_->setAnswer(plain_, plain_);
    showToken();
    askPair();
    Q_EMIT answered();
    return;
  }
  const QJsonObject question{{QStringLiteral("ask"), QStringLiteral("sentence")},
                             {QStringLiteral("input"), asked_},
                             {QStringLiteral("what_if"), what_if}};
  what_if_question_ = process_->ask(question, timed([this](const InspectorProcess::Reply& reply, double milliseconds) {
    what_if_question_ = 0;
    what_if_ms_ = milliseconds;
    takeAnswer(reply, true);
    if (std::exchange(what_if_waits_, false)) return askWhatIf();
    askPair();
  }));
}

void InspectTab::askPair() {
  process_->withdraw(pair_question_);
  const QJsonObject second = input_->second();
  if (second.isEmpty()) return views_->clearPair();
  const QJsonObject question{{QStringLiteral("ask"), QStringLiteral("pair")},
                             {QStringLiteral("first"), asked_},
                             {QStringLiteral("second"), second},
                             {QStringLiteral("what_if"), panel_->whatIf()}};
  pair_question_ = process_->ask(question, [this](const InspectorProcess::Reply& reply) {
    if (showError(reply)) return;
    views_->setPair(PairAnswer::fromJson(reply.answer));
    Q_EMIT answered();
  });
}

void InspectTab::askNearest() {
  if (!plain_ || views_->token() < 0) return;
  process_->withdraw(nearest_question_);
  panel_->setNearestMessage(tr("Searching …"));
  const auto token = static_cast<int>(plain_->rows[views_->row()].first) + views_->token();
  const QJsonObject question{{QStringLiteral("ask"), QStringLiteral("nearest")},
                             {QStringLiteral("input"), asked_},
                             {QStringLiteral("token"), token}};
  nearest_question_ = process_->ask(question, [this](const InspectorProcess::Reply& reply) {
    if (reply.error.isEmpty()) return panel_->setNearest(reply.answer);
    panel_->setNearestMessage(reply.error);
  });
}

void InspectTab::askAggregate(const QString& name, QJsonObject question) {
  process_->withdraw(file_question_);
  aggregate_->setRunning(name);
  question.insert(QStringLiteral("ask"), QStringLiteral("aggregate"));
  question.insert(QStringLiteral("what_if"), panel_->whatIf());
  file_question_ = process_->ask(question, [this](const InspectorProcess::Reply& reply) {
    if (reply.error.isEmpty()) return aggregate_->setAnswer(reply.answer);
    aggregate_->setError(reply.error, reply.hint);
  });
}

void InspectTab::askPinned() {
  QJsonArray inputs;
  for (const QJsonObject& input : pinned_) inputs.append(input);
  if (!inputs.isEmpty()) askAggregate(tr("pinned texts"), {{QStringLiteral("inputs"), inputs}});
}

void InspectTab::showToken() {
  if (!changed_ || !plain_) return;
  const std::size_t row = views_->row();
  const int token = views_->token();
  QString title = tr("Prediction");
  if (!changed_->labels.isEmpty() && token >= 0 && token < static_cast<int>(changed_->rows[row].tokens.size()))
    title = changed_->rows[row].tokens[static_cast<std::size_t>(token)].text;
  panel_->setBars(title, *changed_, *plain_, row, token);
}

void InspectTab::readPins() {
  examples_source_->readPins([this](const std::vector<store::PinRecord>& pins) {
    panel_->setPins(pins);
    pinned_ = pinnedInputs(pins, input_->task());
    aggregate_->setNumPinned(pinned_.size());
  });
}

void InspectTab::open(const QJsonObject& content) {
  input_->setInput(content.value(QStringLiteral("input")).toObject());
  input_->setSecond(content.value(QStringLiteral("second")).toObject().value(QStringLiteral("text")).toString());
  plain_.reset();
  panel_->setWhatIf(content.value(QStringLiteral("what_if")).toObject());
  ask();
}

void InspectTab::fillPairs() {
  QMenu* menu = input_->pairsMenu();
  if (!menu->isEmpty()) return;
  menu->addAction(tr("Looking …"))->setEnabled(false);
  examples_source_->readPairs([this, menu](const std::vector<ExampleSource::Pair>& pairs) {
    menu->clear();
    if (pairs.empty()) menu->addAction(tr("There are no minimal pairs beside the program"))->setEnabled(false);
    for (const ExampleSource::Pair& pair : pairs) {
      menu->addAction(tr("%1 – %2").arg(pair.kind, pair.first), this, [this, pair] {
        input_->setInput({{QStringLiteral("text"), pair.first}});
        input_->setSecond(pair.second);
        ask();
      });
    }
  });
}

bool InspectTab::showError(const InspectorProcess::Reply& reply) {
  if (reply.error.isEmpty()) return false;
  status_->clear();
  messages_->showMessage(Tone::Error, reply.error, reply.hint);
  return true;
}

}  // namespace lorascope::ui
