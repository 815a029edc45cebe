#include "ui/details/details_panel.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QEvent>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "core/figures/run_groups.h"
#include "ui/details/artifact_list.h"
#include "ui/details/settings_card.h"
#include "ui/main_window/session_model.h"
#include "ui/process/run_control.h"
#include "ui/runs/run_edits.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/key_value_list.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// Everything of a run that the panel shows beside its settings and rows.
std::string marksOf(const store::RunRecord& run) {
  std::string marks = run.name + '\n' + std::string(store::text(run.state)) + '\n' + run.reason + '\n' + run.note +
                      '\n' + run.colour + '\n' + run.environment.device + (run.starred ? "*" : "") + run.command_line;
  for (const std::string& tag : run.tags) {
    marks += '\n' + tag;
  }
  return marks;
}

QString stateText(const store::RunRecord& run) {
  const std::string_view text = store::text(run.state);
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

DetailsPanel::DetailsPanel(SessionModel* session, RunControl* control, RunEdits* edits, QWidget* parent)
    : QWidget(parent), session_(session), control_(control), edits_(edits) {
  build();
  connect(session, &SessionModel::selectionChanged, this, &DetailsPanel::showRun);
  connect(session, &SessionModel::runsChanged, this, [this] { refresh(); });
  connect(session, &SessionModel::newEvents, this, [this](store::RunId id) {
    const RunData* rows = session_->data(id);
    if (id == shown_ && rows != nullptr) {
      artifacts_->setArtifacts(rows->artifacts);
    }
  });
  showRun();
}

void DetailsPanel::build() {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  empty_ = makeCaption(tr("Select a run to see its settings, command, notes and files."));
  empty_->setWordWrap(true);
  empty_->setContentsMargins(kPadding, 0, kPadding, 0);
  outer->addWidget(empty_);
  QScrollArea* scroll = makeScrollPage();
  outer->addWidget(scroll, 1);
  content_ = new QWidget;
  scroll->setWidget(content_);
  auto* layout = new QVBoxLayout(content_);
  layout->setContentsMargins(kPadding, 0, kPadding, kPadding);
  layout->setSpacing(kPadding);
  trouble_ = new MessageBar;
  settings_ = new SettingsCard;
  layout->addWidget(buildHeader());
  layout->addWidget(trouble_);
  layout->addWidget(settings_);
  layout->addWidget(buildCommand());
  layout->addWidget(buildNotes());
  artifacts_card_ = new Card(tr("Files"));
  artifacts_ = new ArtifactList;
  artifacts_card_->body()->addWidget(artifacts_);
  auto* folder = makeIconButton(QStringLiteral("folder"), tr("Open the run's folder"));
  connect(folder, &QToolButton::clicked, this, &DetailsPanel::openFolder);
  artifacts_card_->header()->addWidget(folder);
  layout->addWidget(artifacts_card_);
  auto* environment = new Card(tr("Environment"));
  environment_ = new KeyValueList;
  environment->body()->addWidget(environment_);
  layout->addWidget(environment);
  layout->addStretch(1);
}

QWidget* DetailsPanel::buildHeader() {
  auto* header = new QWidget;
  auto* layout = new QVBoxLayout(header);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  auto* row = new QHBoxLayout;
  name_ = new ElidedLabel;
  name_->setFont(boldFont());
  star_ = makeIconButton(QStringLiteral("star"), tr("Star this run"));
  connect(star_, &QToolButton::clicked, this, [this] {
    const store::RunRecord* run = session_->run(shown_);
    if (run != nullptr) edits_->setStarred({shown_}, !run->starred);
  });
  row->addWidget(name_, 1);
  row->addWidget(star_);
  layout->addLayout(row);
  subtitle_ = new ElidedLabel;
  subtitle_->setFont(captionFont());
  makeSecondary(subtitle_);
  layout->addWidget(subtitle_);
  chips_ = new QWidget;
  new FlowLayout(chips_);
  layout->addWidget(chips_);
  return header;
}

QWidget* DetailsPanel::buildCommand() {
  auto* card = new Card(tr("Command line"));
  command_ = makeParagraph({});
  command_->setFont(fixedFont());
  command_->setAccessibleName(tr("Equivalent command"));
  card->body()->addWidget(command_);
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the command"));
  connect(copy, &QToolButton::clicked, this, [this] {
    if (const store::RunRecord* run = session_->run(shown_)) {
      QGuiApplication::clipboard()->setText(QString::fromStdString(run->command_line));
    }
  });
  card->header()->addWidget(copy);
  return card;
}

QWidget* DetailsPanel::buildNotes() {
  auto* card = new Card(tr("Notes"));
  note_ = new QPlainTextEdit;
  note_->setPlaceholderText(tr("What did this run show?"));
  note_->setAccessibleName(tr("Notes"));
  note_->setTabChangesFocus(true);
  note_->setFixedHeight(72);
  note_->installEventFilter(this);
  card->body()->addWidget(note_);
  return card;
}

bool DetailsPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == note_ && event->type() == QEvent::FocusOut) {
    saveNote();
  }
  return QWidget::eventFilter(watched, event);
}

void DetailsPanel::saveNote() {
  if (shown_ != 0) {
    edits_->setNote(shown_, note_->toPlainText());
  }
}

void DetailsPanel::showRun() {
  saveNote();
  shown_ = session_->selectedRun();
  shown_marks_.clear();
  const store::RunRecord* run = session_->run(shown_);
  content_->setVisible(run != nullptr);
  empty_->setVisible(run == nullptr);
  if (run == nullptr) {
    shown_ = 0;
    return;
  }
  note_->setPlainText(QString::fromStdString(run->note));
  settings_->setSettings(run->settings);
  const RunData* rows = session_->data(shown_);
  artifacts_->setArtifacts(rows != nullptr ? rows->artifacts : std::vector<store::Artifact>());
  refresh();
}

void DetailsPanel::refresh() {
  const store::RunRecord* run = session_->run(shown_);
  if (run == nullptr) {
    return;
  }
  std::string marks = marksOf(*run);
  if (marks == shown_marks_) {
    return;
  }
  shown_marks_ = std::move(marks);
  name_->setText(QString::fromStdString(figures::full_name(*run)));
  subtitle_->setText(QStringLiteral("%1 · run %2").arg(QString::fromStdString(run->study)).arg(run->id));
  if (run->study.empty()) {
    subtitle_->setText(tr("run %1").arg(run->id));
  }
  star_->setIcon(run->starred ? themedIcon("star-filled", IconTone::Warning) : themedIcon("star", IconTone::Secondary));
  // Each option starts a line of its own, as one would write it in a shell.
  QString command = QString::fromStdString(run->command_line);
  command_->setText(command.replace(QStringLiteral(" --"), QStringLiteral("\n  --")));
  if (!note_->hasFocus()) {
    note_->setPlainText(QString::fromStdString(run->note));
  }
  showChips(*run);
  showTrouble(*run);
  showEnvironment(*run);
}

void DetailsPanel::showChips(const store::RunRecord& run) {
  QLayout* layout = chips_->layout();
  while (QLayoutItem* item = layout->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  layout->addWidget(new Chip(methodText(run)));
  layout->addWidget(new Chip(stateText(run)));
  for (const std::string& tag : run.tags) {
    const QString name = QString::fromStdString(tag);
    auto* button = new QToolButton;
    button->setText(name + QStringLiteral("  ×"));
    button->setFont(captionFont());
    button->setProperty("role", "chip");
    button->setToolTip(tr("Remove the tag %1").arg(name));
    button->setAccessibleName(tr("Tag %1, press to remove").arg(name));
    connect(button, &QToolButton::clicked, this, [this, name] { edits_->removeTag(shown_, name); });
    layout->addWidget(button);
  }
  auto* field = new QLineEdit;
  field->setPlaceholderText(tr("+ tag"));
  field->setAccessibleName(tr("New tag"));
  field->setFont(captionFont());
  field->setProperty("role", "chip");
  field->setFixedWidth(field->fontMetrics().horizontalAdvance(tr("a longer tag")) + 20);
  connect(field, &QLineEdit::returnPressed, this, [this, field] { edits_->addTag({shown_}, field->text()); });
  layout->addWidget(field);
  chips_->updateGeometry();
}

void DetailsPanel::showTrouble(const store::RunRecord& run) {
  const bool failed = run.state == store::RunState::Failed;
  if (!failed && run.state != store::RunState::Lost) {
    trouble_->clear();
    return;
  }
  trouble_->showMessage(Tone::Error, QString::fromStdString(run.reason), QString::fromStdString(run.hint));
  trouble_->addAction(tr("Resume"), [this] { control_->request(RunVerb::Resume, {shown_}); });
  trouble_->addAction(tr("Change settings"), [this] { Q_EMIT cloneRequested(shown_); });
  trouble_->addAction(tr("Show the log"), [this] { Q_EMIT logRequested(true); });
}

void DetailsPanel::showEnvironment(const store::RunRecord& run) {
  environment_->clear();
  const auto add_json = [this](const QString& prefix, const std::string& json, bool is_hash) {
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    for (auto entry = object.begin(); entry != object.end(); ++entry) {
      const QString value = entry.value().toVariant().toString();
      environment_->addRow(prefix + entry.key(), is_hash ? value.left(12) + QStringLiteral("…") : value, value);
    }
  };
  if (!run.environment.device.empty()) {
    environment_->addRow(tr("device"), QString::fromStdString(run.environment.device));
  }
  add_json({}, run.environment.versions, false);
  add_json(tr("data, "), run.environment.data_hashes, true);
  if (!run.environment.model_hash.empty()) {
    const QString hash = QString::fromStdString(run.environment.model_hash);
    environment_->addRow(tr("model"), hash.left(12) + QStringLiteral("…"), hash);
  }
  if (run.started > 0) environment_->addRow(tr("started"), clockText(run.started));
  if (run.ended > 0) environment_->addRow(tr("ended"), clockText(run.ended));
  if (run.pid > 0 && store::is_alive(run.state)) environment_->addRow(tr("process"), QString::number(run.pid));
  if (environment_->numRows() == 0) environment_->addRow(tr("not started yet"), {});
}

void DetailsPanel::openFolder() {
  const QString folder = QDir(session_->workspaceFolder()).filePath(QStringLiteral("artifacts/run-%1").arg(shown_));
  QDesktopServices::openUrl(QUrl::fromLocalFile(QDir(folder).exists() ? folder : session_->workspaceFolder()));
}

}  // namespace lorascope::ui
