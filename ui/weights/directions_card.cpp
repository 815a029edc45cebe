#include "ui/weights/directions_card.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/figures/run_groups.h"
#include "ui/process/lorascope_program.h"
#include "ui/weights/map_twin.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/run_box.h"

namespace lorascope::ui {
namespace {

constexpr int kMapHeight = 300;
constexpr int kDirections = 12;

QString nameOf(const store::RunRecord& run) {
  return QString::fromStdString(figures::full_name(run));
}

}  // namespace

HeatMap directionsMap(const QJsonObject& grid, bool is_against, const QString& title) {
  HeatMap map;
  map.title = title;
  map.row_label = is_against ? QObject::tr("first i directions of the run") : QObject::tr("direction j of W'");
  map.column_label = is_against ? QObject::tr("first j directions of the other") : QObject::tr("direction i of W");
  const int rows = grid.value("rows").toInt(), columns = grid.value("columns").toInt();
  for (int row = 0; row < rows; ++row) map.rows.push_back(QString::number(row + 1));
  for (int column = 0; column < columns; ++column) map.columns.push_back(QString::number(column + 1));
  for (const QJsonValue& value : grid.value("grid").toArray()) map.values.push_back(value.toDouble());
  map.text = [](double value) { return QString::number(value, 'f', 2); };
  return map;
}

DirectionsFloor directionsFloor(const QJsonObject& grid) {
  const QJsonValue floor = grid.value("floor");
  if (floor.isDouble()) return {floor.toDouble(), floor.toDouble()};
  DirectionsFloor result;
  const QJsonArray values = floor.toArray();
  for (const QJsonValue& value : values) {
    result.mean += value.toDouble() / static_cast<double>(values.size());
    result.greatest = std::max(result.greatest, value.toDouble());
  }
  return result;
}

DirectionsCard::DirectionsCard(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : Card(tr("Directions"), parent),
      session_(session),
      program_(program),
      message_(new MessageBar),
      runs_(new RunBox),
      others_(new RunBox),
      button_(new QPushButton(tr("Compare the directions"))),
      map_(new MapTwin(this, kMapHeight)) {
  setHelpTopic(this, QStringLiteral("measure.subspace_similarity"));
  runs_->setAccessibleName(tr("Run whose directions are compared"));
  others_->setAccessibleName(tr("What they are compared with"));
  auto* row = new FlowLayout;
  for (QWidget* widget : std::initializer_list<QWidget*>{runs_, others_, button_}) row->addWidget(widget);
  map_->view()->setAccessibleName(tr("Map of directions"));
  body()->addWidget(message_);
  body()->addLayout(row);
  body()->addWidget(map_);
  auto* doubt = makeCaption(
      tr("Random spaces overlap too: read every value above the floor. Directions of nearly equal singular values "
         "turn freely into each other; compare the whole block there, not single cells."));
  doubt->setWordWrap(true);
  body()->addWidget(doubt);
  map_->hide();
  map_->setButtonsVisible(false);
  connect(button_, &QPushButton::clicked, this, &DirectionsCard::compute);
  connect(session_, &SessionModel::runsChanged, this, &DirectionsCard::fillRuns);
  for (RunBox* box : {runs_, others_})
    connect(box, &QComboBox::currentIndexChanged, this, &DirectionsCard::refresh);
  fillRuns();
}

void DirectionsCard::fillRuns() {
  std::vector<RunBox::Entry> runs;
  for (const store::RunRecord& run : session_->runs()) {
    if (run.state == store::RunState::Finished && (run.method == "ft" || run.method == "lora"))
      runs.push_back({nameOf(run), run.id});
  }
  std::vector<RunBox::Entry> others = runs;
  others.insert(others.begin(), {tr("against the base's own"), 0});
  runs_->setEntries(std::move(runs));
  others_->setEntries(std::move(others));
  refresh();
}

void DirectionsCard::setModule(const std::string& module) {
  module_ = module;
  refresh();
}

void DirectionsCard::setRun(RunId run) {
  runs_->setRun(run);
}

void DirectionsCard::refresh() {
  button_->setEnabled(runs_->count() > 0 && !module_.empty());
  setNote(module_.empty() ? tr("choose a module in the map above")
                          : QString::fromStdString(figures::module_place(module_).text()));
}

void DirectionsCard::compute() {
  if (runs_->count() == 0 || module_.empty()) return;
  const qint64 other = others_->run();
  QStringList arguments = {QStringLiteral("directions"), QString::number(runs_->run()),
                           QStringLiteral("--module"),   QString::fromStdString(module_),
                           QStringLiteral("--directions"), QString::number(kDirections)};
  if (other != 0) arguments << QStringLiteral("--against") << QString::number(other);
  arguments << QStringLiteral("--workspace") << session_->workspaceFolder() << QStringLiteral("--json");
  const QString place = QString::fromStdString(figures::module_place(module_).text());
  const QString title = other != 0 ? tr("Subspace similarity, %1").arg(place) : tr("Directions, %1").arg(place);
  setNote(tr("computing…"));
  program_->run(arguments, [this, request = ++request_, arguments, other, title](const ProgramResult& result) {
    if (request != request_) return;
    refresh();
    const QJsonObject modules =
        QJsonDocument::fromJson(result.output.toUtf8()).object().value("modules").toObject();
    if (result.exit_code != 0 || modules.isEmpty()) {
      const QString text = result.errors.trimmed();
      message_->showMessage(Tone::Error, text.isEmpty() ? tr("The directions could not be compared.") : text,
                            tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
    } else {
      message_->clear();
      const QJsonObject grid = modules.begin().value().toObject();
      const DirectionsFloor floor = directionsFloor(grid);
      map_->setMap(directionsMap(grid, other != 0, title));
      map_->show();
      map_->setButtonsVisible(true);
      setNote(title + tr("; random floor %1, at most %2")
                          .arg(QLocale().toString(floor.mean, 'f', 3), QLocale().toString(floor.greatest, 'f', 3)));
    }
    Q_EMIT shown();
  });
}

}  // namespace lorascope::ui
