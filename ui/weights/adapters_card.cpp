#include "ui/weights/adapters_card.h"

#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/figures/run_groups.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_card.h"
#include "ui/process/lorascope_program.h"
#include "ui/weights/map_twin.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kMapHeight = 150;

QString folderName(const QString& folder) {
  // artifacts/run-7/adapter: the run says more than "adapter".
  const QString name = QFileInfo(folder).fileName();
  return name == "adapter" ? QFileInfo(QFileInfo(folder).path()).fileName() : name;
}

}  // namespace

AdaptersCard::AdaptersCard(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : Card(tr("Adapters"), parent),
      session_(session),
      program_(program),
      measure_(new SegmentBar(tr("What the map of adapters shows"))),
      menu_button_(new QToolButton),
      message_(new MessageBar),
      table_(new TableCard(tr("Modules"))) {
  setHelpTopic(this, QStringLiteral("measure.overlap"));
  setNote(tr("drop a PEFT adapter folder here, or choose two runs"));
  addButtons();
  map_ = new MapTwin(this, kMapHeight);
  map_->view()->setAccessibleName(tr("Map of adapters"));
  body()->addWidget(message_);
  body()->addWidget(map_);
  body()->addWidget(table_);
  body()->addWidget(buildTruncation());
  map_->hide();
  map_->setButtonsVisible(false);
  table_->hide();
  measure_->hide();
  connect(measure_, &SegmentBar::chosenChanged, this, &AdaptersCard::showMap);
}

void AdaptersCard::addButtons() {
  header()->addWidget(measure_);
  menu_button_->setText(tr("choose"));
  menu_button_->setPopupMode(QToolButton::InstantPopup);
  menu_button_->setAccessibleName(tr("Choose adapters"));
  menu_button_->setMenu(new QMenu(menu_button_));
  header()->addWidget(menu_button_);
  connect(menu_button_->menu(), &QMenu::aboutToShow, this, &AdaptersCard::fillMenu);
}

void AdaptersCard::fillMenu() {
  QMenu* menu = menu_button_->menu();
  menu->clear();
  menu->addAction(themedIcon("folder"), tr("Open an adapter folder…"), this, [this] {
    auto* dialog = new QFileDialog(this, tr("Open an adapter folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &AdaptersCard::openFolder);
    dialog->open();
  });
  menu->addSeparator();
  QStringList folders, names;
  for (const store::RunRecord& run : session_->runs()) {
    const QString folder =
        QDir(session_->workspaceFolder()).filePath(QStringLiteral("artifacts/run-%1/adapter").arg(run.id));
    if (!isAdapterFolder(folder)) continue;
    folders.append(folder);
    names.append(QString::fromStdString(figures::full_name(run)));
  }
  for (qsizetype i = 0; i < folders.size(); ++i) {
    QMenu* against = menu->addMenu(names[i]);
    against->addAction(tr("alone"), this, [this, folder = folders[i]] { compareRuns({folder}); });
    for (qsizetype j = 0; j < folders.size(); ++j) {
      if (j == i) continue;
      against->addAction(tr("against %1").arg(names[j]), this,
                         [this, both = QStringList{folders[i], folders[j]}] { compareRuns(both); });
    }
  }
  if (folders.isEmpty()) menu->addAction(tr("No run has an adapter yet"))->setEnabled(false);
}

bool AdaptersCard::isAdapterFolder(const QString& path) {
  return QFileInfo(QDir(path).filePath(QStringLiteral("adapter_config.json"))).isFile();
}

HeatMapView* AdaptersCard::map() const {
  return map_->view();
}

void AdaptersCard::compareRuns(const QStringList& folders) {
  folders_ = folders;
  compute();
}

void AdaptersCard::openFolder(const QString& folder) {
  if (folders_.size() > 1) folders_.clear();
  if (!folders_.contains(folder)) folders_.append(folder);
  compute();
}

QWidget* AdaptersCard::buildTruncation() {
  truncation_ = new QWidget;
  auto* row = new QHBoxLayout(truncation_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGap);
  energy_ = new QDoubleSpinBox;
  energy_->setRange(50, 99.9);
  energy_->setDecimals(1);
  energy_->setValue(90);
  energy_->setSuffix(QStringLiteral(" %"));
  energy_->setAccessibleName(tr("Share of each update's energy to keep"));
  auto* save = new QPushButton(tr("Save a smaller adapter"));
  save->setToolTip(tr("The lowest ranks that keep this share of the energy; the original stays"));
  row->addWidget(makeCaption(tr("energy to keep")));
  row->addWidget(energy_);
  row->addWidget(save);
  row->addStretch(1);
  connect(save, &QPushButton::clicked, this, [this] { truncate(energy_->value() / 100); });
  truncation_->hide();
  return truncation_;
}

void AdaptersCard::truncate(double energy) {
  if (folders_.size() != 1) return;
  const QString original = folders_.front();
  const QString name = QStringLiteral("%1-energy-%2").arg(folderName(original)).arg(energy * 100, 0, 'f', 1);
  const QString out = QDir(session_->workspaceFolder()).filePath(QStringLiteral("adapters/") + name);
  QDir().mkpath(QFileInfo(out).path());
  run({QStringLiteral("adapter"), QStringLiteral("truncate"), original, QStringLiteral("--energy"),
       QString::number(energy), QStringLiteral("--out"), out, QStringLiteral("--json")},
      [this, original, out](const QJsonObject&) {
        compareRuns({original, out});
      });
}

void AdaptersCard::run(const QStringList& arguments, const std::function<void(const QJsonObject&)>& done) {
  setNote(tr("reading…"));
  program_->run(arguments, [this, request = ++request_, arguments, done](const ProgramResult& result) {
    if (request != request_) return;
    const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
    if (result.exit_code != 0 || answer.isEmpty()) {
      setNote({});
      const QString errors = result.errors.trimmed();
      message_->showMessage(Tone::Error, errors.isEmpty() ? tr("The adapter could not be read.") : errors,
                            tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
      // What is on show stays.
      folders_ = shown_folders_;
    } else {
      message_->clear();
      done(answer);
    }
    Q_EMIT shown();
  });
}

void AdaptersCard::compute() {
  const bool both = folders_.size() > 1;
  QStringList arguments = {QStringLiteral("adapter"), both ? QStringLiteral("compare") : QStringLiteral("show")};
  arguments += folders_;
  arguments.append(QStringLiteral("--json"));
  run(arguments, [this](const QJsonObject& answer) { showAnswer(answer); });
}

void AdaptersCard::showAnswer(const QJsonObject& answer) {
  shown_folders_ = folders_;
  modules_ = adapterModules(answer);
  QStringList names;
  for (const QString& folder : folders_) names.append(folderName(folder));
  const QString title = names.join(tr(" against "));
  const auto count = [&](const char* key) { return answer.value(QLatin1String(key)).toArray().size(); };
  QString note = tr("%1, %2 modules").arg(title).arg(modules_.size());
  if (folders_.size() > 1) {
    note += tr(", cosine %1").arg(answer.value("cosine").toDouble(), 0, 'f', 3);
    if (count("only_first") + count("only_second") > 0) {
      note += tr(", %1 modules in one only").arg(count("only_first") + count("only_second"));
    }
  } else {
    const QJsonObject parameters = answer.value("parameters").toObject();
    note += tr(", %L1 parameters").arg(parameters.value("lora").toInteger());
  }
  setNote(note);
  QStringList labels, tips;
  for (const AdapterMeasure& measure : adapterMeasures(modules_)) {
    labels.append(measure.label);
    tips.append(measure.tip);
  }
  measure_->setSegments(labels, tips);
  table_->setTable(adapterTable(modules_, tr("Modules of %1").arg(title)));
  map_->show();
  map_->setButtonsVisible(true);
  table_->show();
  truncation_->setVisible(folders_.size() == 1);
  measure_->setVisible(labels.size() > 1);
  showMap();
}

void AdaptersCard::showMap() {
  const std::vector<AdapterMeasure> measures = adapterMeasures(modules_);
  const auto index = static_cast<std::size_t>(measure_->chosen());
  if (index < measures.size()) map_->setMap(adapterMap(modules_, measures[index]));
}

}  // namespace lorascope::ui
