#include "ui/study/study_editor.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QResizeEvent>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/study/study.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/segment_bar.h"
#include "ui/process/lorascope_program.h"
#include "ui/study/data_field.h"
#include "ui/study/method_list.h"
#include "ui/study/settings_table.h"
#include "ui/study/study_estimate.h"
#include "ui/widgets/card.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kSideBySide = 860;  ///< from this width on form and file stand beside each other
constexpr int kSettingsHeight = 260;
constexpr int kSoonMs = 120;
constexpr int kMostProblems = 6;

const std::vector<std::pair<std::string, QString>>& tasks() {
  static const std::vector<std::pair<std::string, QString>> all = {
      {"wnut17", QObject::tr("entity tagging (WNUT17)")},
      {"squad", QObject::tr("span questions (SQuAD)")},
      {"swag", QObject::tr("four-way continuations (SWAG)")}};
  return all;
}

void addField(QGridLayout* form, int row, const QString& name, QWidget* field) {
  auto* caption = makeCaption(name);
  caption->setBuddy(field);
  form->addWidget(caption, row, 0, Qt::AlignLeft | Qt::AlignTop);
  form->addWidget(field, row, 1);
  caption->setMinimumHeight(kControlHeight);
  if (field->accessibleName().isEmpty()) field->setAccessibleName(name);
}

QGridLayout* addForm(Card* card) {
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kPadding);
  form->setVerticalSpacing(6);
  form->setColumnStretch(1, 1);
  card->body()->addLayout(form);
  return form;
}

}  // namespace

StudyEditor::StudyEditor(SessionModel* session, QWidget* parent)
    : QWidget(parent), session_(session), soon_(new QTimer(this)), splitter_(new QSplitter) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  outer->addWidget(splitter_);
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  auto* form = new QVBoxLayout(page);
  form->setContentsMargins(0, 0, 4, 0);
  form->setSpacing(kPadding);
  buildForm(form);
  scroll->setWidget(page);
  splitter_->addWidget(scroll);
  splitter_->addWidget(buildResult());
  splitter_->setChildrenCollapsible(false);
  splitter_->setStretchFactor(0, 3);
  splitter_->setStretchFactor(1, 2);
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &StudyEditor::judge);
  connect(session_, &SessionModel::runsChanged, this, [this] {
    if (isVisible()) soon_->start();
  });
  StudyDraft draft;
  draft.name = tr("My study");
  draft.miniature = true;
  applyPreset(draft, StudyPreset::Tuned);
  setDraft(draft);
}

void StudyEditor::buildForm(QVBoxLayout* form) {
  presets_ = new SegmentBar(tr("Preset"));
  presets_->setSegments({tr("paper"), tr("tuned"), tr("quick")},
                        {tr("As the paper has it: one learning rate for all"),
                         tr("LoRA with a learning rate of its own, the best state of the eval split kept, three seeds"),
                         tr("Forty steps, to see that everything works")});
  presets_->choose(1);
  connect(presets_, &SegmentBar::chosenChanged, this, &StudyEditor::applyChosenPreset);
  methods_ = new MethodList;
  grid_ = new GridList;
  connect(methods_, &MethodList::methodsChanged, this, &StudyEditor::changed);
  connect(grid_, &GridList::gridChanged, this, &StudyEditor::changed);
  form->addWidget(buildBasics());
  form->addWidget(buildData());
  form->addWidget(methods_);
  form->addWidget(grid_);
  form->addWidget(buildSettings());
  form->addStretch(1);
}

Card* StudyEditor::buildBasics() {
  auto* card = new Card(tr("Study"));
  card->header()->addWidget(presets_);
  auto* close = makeIconButton(QStringLiteral("close"), tr("Close the editor"));
  connect(close, &QToolButton::clicked, this, &StudyEditor::closed);
  card->header()->addWidget(close);
  QGridLayout* form = addForm(card);
  name_ = new QLineEdit;
  description_ = new QLineEdit;
  description_->setPlaceholderText(tr("the question, the method, what you expect"));
  task_ = new QComboBox;
  for (const auto& [task, name] : tasks()) task_->addItem(name, QString::fromStdString(task));
  model_ = new QComboBox;
  model_->setEditable(true);
  model_->lineEdit()->setAccessibleName(tr("encoder"));
  model_->addItems({QStringLiteral("default"), QStringLiteral("distilbert-base-uncased"),
                    QStringLiteral("bert-base-uncased"), QStringLiteral("bert-large-uncased")});
  model_->setToolTip(tr("\"default\" (MiniLM), a name that `lorascope model get` knows, or a folder"));
  seeds_ = new QLineEdit;
  seeds_->setPlaceholderText(QStringLiteral("42, 43, 44"));
  addField(form, 0, tr("name"), name_);
  addField(form, 1, tr("purpose"), description_);
  addField(form, 2, tr("task"), task_);
  addField(form, 3, tr("encoder"), model_);
  addField(form, 4, tr("seeds"), seeds_);
  for (QLineEdit* field : {name_, description_, seeds_}) {
    connect(field, &QLineEdit::textChanged, this, &StudyEditor::changed);
  }
  connect(model_, &QComboBox::currentTextChanged, this, &StudyEditor::changed);
  connect(task_, &QComboBox::currentIndexChanged, this, [this] {
    showTask();
    changed();
  });
  return card;
}

Card* StudyEditor::buildData() {
  auto* card = new Card(tr("Data"));
  miniature_ = new QCheckBox(tr("generated miniature data"));
  card->header()->addWidget(miniature_);
  files_ = new QWidget;
  auto* form = new QGridLayout(files_);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kPadding);
  form->setVerticalSpacing(6);
  form->setColumnStretch(1, 1);
  train_ = new DataField(tr("training file"));
  eval_ = new DataField(tr("eval file"));
  test_ = new DataField(tr("test file"));
  addField(form, 0, tr("train"), train_);
  addField(form, 1, tr("eval"), eval_);
  addField(form, 2, tr("test"), test_);
  card->body()->addWidget(files_);
  connect(miniature_, &QCheckBox::toggled, this, [this](bool on) {
    files_->setVisible(!on);
    changed();
  });
  for (DataField* field : {train_, eval_, test_}) {
    connect(field, &DataField::fileChanged, this, &StudyEditor::changed);
    connect(field, &DataField::summaryChanged, this, &StudyEditor::changed);
  }
  return card;
}

Card* StudyEditor::buildSettings() {
  auto* card = new Card(tr("Settings of all methods"));
  settings_ = new SettingsTable(this);
  settings_view_ = new QTableView;
  settings_view_->setModel(settings_);
  settings_view_->setAccessibleName(tr("Settings of all methods"));
  settings_view_->setProperty("role", "surface");
  settings_view_->verticalHeader()->hide();
  settings_view_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  settings_view_->horizontalHeader()->setSectionResizeMode(SettingsTable::Key, QHeaderView::ResizeToContents);
  settings_view_->horizontalHeader()->setSectionResizeMode(SettingsTable::Value, QHeaderView::Stretch);
  settings_view_->horizontalHeader()->setSectionResizeMode(SettingsTable::Allowed, QHeaderView::Stretch);
  settings_view_->setShowGrid(false);
  settings_view_->setTabKeyNavigation(false);
  settings_view_->setFixedHeight(kSettingsHeight);
  settings_view_->setEditTriggers(QAbstractItemView::AllEditTriggers);
  auto* search = new QLineEdit;
  search->setPlaceholderText(tr("Search settings"));
  search->setAccessibleName(tr("Search settings"));
  search->setClearButtonEnabled(true);
  connect(search, &QLineEdit::textChanged, this, [this](const QString& wanted) {
    for (int row = 0; row < settings_->rowCount(); ++row) {
      const QString key = QString::fromStdString(settings_->keyAt(row)).replace('_', ' ');
      settings_view_->setRowHidden(row, !key.contains(QString(wanted).replace('_', ' '), Qt::CaseInsensitive));
    }
  });
  card->body()->addWidget(search);
  card->body()->addWidget(settings_view_);
  connect(settings_, &SettingsTable::valuesChanged, this, &StudyEditor::changed);
  return card;
}

QWidget* StudyEditor::buildResult() {
  auto* card = new Card(tr("Study file"));
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the study file"));
  connect(copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(toml()); });
  card->header()->addWidget(copy);
  toml_ = new QPlainTextEdit;
  toml_->setReadOnly(true);
  toml_->setFont(fixedFont());
  toml_->setAccessibleName(tr("Study file"));
  toml_->setTabChangesFocus(true);
  toml_->setMinimumHeight(90);
  card->body()->addWidget(toml_, 1);
  problems_ = makeParagraph({});
  setRole(problems_, "error");
  problems_->hide();
  card->body()->addWidget(problems_);
  command_ = makeParagraph({});
  command_->setFont(fixedFont());
  command_->setAccessibleName(tr("Equivalent command"));
  card->body()->addWidget(command_);
  count_ = new ElidedLabel;
  message_ = new MessageBar;
  card->body()->addWidget(message_);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  start_ = new QPushButton(tr("Start"));
  start_->setProperty("role", "primary");
  auto* save = new QPushButton(tr("Save as…"));
  row->addWidget(count_, 1);
  row->addWidget(save);
  row->addWidget(start_);
  card->body()->addLayout(row);
  connect(start_, &QPushButton::clicked, this, &StudyEditor::start);
  connect(save, &QPushButton::clicked, this, &StudyEditor::save);
  return card;
}

void StudyEditor::applyChosenPreset(int index) {
  StudyDraft now = draft();
  applyPreset(now, static_cast<StudyPreset>(index));
  setDraft(now);
}

void StudyEditor::showTask() {
  const std::string task = task_->currentData().toString().toStdString();
  for (DataField* field : {train_, eval_, test_}) field->setTask(task);
}

void StudyEditor::setDraft(const StudyDraft& draft) {
  {
    const QScopedValueRollback guard(is_filling_, true);
    name_->setText(draft.name);
    description_->setText(draft.description);
    task_->setCurrentIndex(std::max(0, task_->findData(QString::fromStdString(draft.task))));
    model_->setCurrentText(draft.model);
    preset_ = draft.preset;
    seeds_->setText(draft.seeds);
    miniature_->setChecked(draft.miniature);
    files_->setVisible(!draft.miniature);
    showTask();
    if (train_->file() != draft.train) train_->setFile(draft.train);
    if (eval_->file() != draft.eval) eval_->setFile(draft.eval);
    if (test_->file() != draft.test) test_->setFile(draft.test);
    methods_->setMethods(draft.methods);
    grid_->setGrid(draft.grid);
    settings_->setValues(draft.settings);
  }
  judge();
}

StudyDraft StudyEditor::draft() const {
  StudyDraft draft;
  draft.name = name_->text().trimmed();
  draft.description = description_->text().trimmed();
  draft.task = task_->currentData().toString().toStdString();
  draft.model = model_->currentText().trimmed();
  draft.preset = preset_;
  draft.miniature = miniature_->isChecked();
  draft.train = train_->file();
  draft.eval = eval_->file();
  draft.test = test_->file();
  draft.seeds = seeds_->text();
  draft.settings = settings_->values();
  draft.methods = methods_->methods();
  draft.grid = grid_->grid();
  return draft;
}

QString StudyEditor::toml() const {
  return toml_->toPlainText();
}

void StudyEditor::changed() {
  if (!is_filling_) soon_->start();
}

QString StudyEditor::filePath() const {
  QString name = name_->text().toLower();
  name.replace(QRegularExpression(QStringLiteral("[^a-z0-9]+")), QStringLiteral("-"));
  name.remove(QRegularExpression(QStringLiteral("^-|-$")));
  return QDir(session_->workspaceFolder())
      .filePath(QStringLiteral("studies/%1.toml").arg(name.isEmpty() ? QStringLiteral("study") : name));
}

void StudyEditor::judge() {
  soon_->stop();
  const QString text = draft().toml();
  if (text != toml_->toPlainText()) toml_->setPlainText(text);
  const std::filesystem::path path = filePath().toStdString();
  const study::StudyReading reading =
      study::read_study(text.toStdString(), path, {.data_folder = {}, .check_files = true});
  QStringList lines;
  for (const study::StudyIssue& issue : reading.issues) {
    const Problem problem = issue.to_problem("");
    lines.append(tr("%1: found %2, expected %3")
                     .arg(QString::fromStdString(issue.key), QString::fromStdString(problem.found),
                          QString::fromStdString(problem.expected)) +
                 (issue.hint.empty() ? QString() : QStringLiteral(" – ") + QString::fromStdString(issue.hint)));
  }
  for (const auto& [name, field] :
       {std::pair(tr("train"), train_), std::pair(tr("eval"), eval_), std::pair(tr("test"), test_)}) {
    if (!miniature_->isChecked() && !field->summary().problem.isEmpty()) {
      lines.append(tr("%1: the file cannot be read, see above").arg(name));
    }
  }
  has_problems_ = !lines.isEmpty();
  num_runs_ = has_problems_ ? 0 : static_cast<int>(reading.study.runs.size());
  if (lines.size() > kMostProblems) {
    lines = lines.mid(0, kMostProblems) + QStringList{tr("and %1 more").arg(lines.size() - kMostProblems)};
  }
  problems_->setText(lines.join('\n'));
  problems_->setVisible(has_problems_);
  start_->setEnabled(isValid());
  const QString command = LorascopeProgram::commandLine(
      {QStringLiteral("run"), filePath(), QStringLiteral("--workspace"), session_->workspaceFolder()});
  command_->setText(QString(command).replace(QStringLiteral(" --"), QStringLiteral("\n  --")));
  count_->setText(has_problems_
                      ? tr("cannot be run yet")
                      : estimate(reading.study.runs, session_->runs(), train_->summary().num_examples).text());
}

void StudyEditor::takeDataFile(const QString& file) {
  miniature_->setChecked(false);
  for (DataField* field : {train_, eval_, test_}) {
    if (!field->file().isEmpty()) continue;
    field->setFile(file);
    return;
  }
  train_->setFile(file);
}

void StudyEditor::save() {
  auto* dialog = new QFileDialog(this, tr("Save the study file"), filePath());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilter(tr("Study files (*.toml)"));
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
    try {
      write_file_atomically(std::filesystem::path(file.toStdString()), toml().toStdString());
      message_->showMessage(Tone::Info, tr("Saved %1").arg(file));
    } catch (const Error& error) {
      message_->showMessage(Tone::Error, QString::fromStdString(error.message()), QString::fromStdString(error.hint()));
    }
  });
  dialog->open();
}

void StudyEditor::start() {
  judge();
  if (!isValid()) return;
  const QString path = filePath();
  try {
    std::filesystem::create_directories(std::filesystem::path(path.toStdString()).parent_path());
    write_file_atomically(std::filesystem::path(path.toStdString()), toml().toStdString());
  } catch (const Error& error) {
    message_->showMessage(Tone::Error, QString::fromStdString(error.message()), QString::fromStdString(error.hint()));
    return;
  } catch (const std::exception& error) {
    message_->showMessage(Tone::Error, QString::fromUtf8(error.what()));
    return;
  }
  message_->clear();
  Q_EMIT startRequested(path);
}

void StudyEditor::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  splitter_->setOrientation(width() >= kSideBySide ? Qt::Horizontal : Qt::Vertical);
}

}  // namespace lorascope::ui
