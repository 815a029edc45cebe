#include "ui/main_window/watchdog.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QDateTime>
#include <QEvent>
#include <QFile>
#include <QMetaEnum>
#include <QWidget>
#include <algorithm>
#include <memory>

namespace lorascope::ui {
namespace {

constexpr qint64 kLimitMs = 50;
constexpr qint64 kSmallestNs = 2'000'000;  ///< shorter slices are not told
constexpr std::size_t kMostSlices = 4;

}  // namespace

Watchdog::Watchdog(qint64 limit_ms, QObject* parent) : QObject(parent), limit_(limit_ms) {
  QCoreApplication::instance()->installEventFilter(this);
  const auto* dispatcher = QAbstractEventDispatcher::instance();
  connect(dispatcher, &QAbstractEventDispatcher::awake, this, &Watchdog::beginTurn);
  connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &Watchdog::endTurn);
}

void Watchdog::clear() {
  blocks_.clear();
  num_blocks_ = 0;
  longest_ = 0;
}

void Watchdog::beginTurn() {
  // A loop within a loop awakes too: the outer turn goes on.
  if (in_turn_) return;
  in_turn_ = true;
  slices_.clear();
  current_ = {};
  turn_.start();
  slice_.start();
}

void Watchdog::endTurn() {
  if (!in_turn_) return;
  in_turn_ = false;
  closeSlice();
  const qint64 ms = turn_.elapsed();
  longest_ = std::max(longest_, ms);
  if (ms <= limit_) return;
  std::sort(slices_.begin(), slices_.end(), [](const Slice& a, const Slice& b) { return a.ns > b.ns; });
  if (slices_.size() > kMostSlices) slices_.resize(kMostSlices);
  QStringList events;
  for (const Slice& slice : slices_) events.append(QStringLiteral("%1 %2 ms").arg(slice.event).arg(slice.ns / 1000000));
  blocks_.push_back({ms, events.join(QStringLiteral(", "))});
  ++num_blocks_;
  if (blocks_.size() > kMostBlocks) blocks_.pop_front();
  if (report_) report_(blocks_.back());
}

void Watchdog::closeSlice() {
  const qint64 ns = slice_.nsecsElapsed();
  if (current_.receiver != nullptr && ns > kSmallestNs) slices_.push_back({textOf(current_), ns});
  slice_.restart();
}

bool Watchdog::eventFilter(QObject* watched, QEvent* event) {
  if (in_turn_) {
    closeSlice();
    // Most controls have no object name, but say to assistive technology what they are.
    const QString name = watched->objectName();
    const bool says_more = name.isEmpty() && watched->isWidgetType();
    current_ = {static_cast<int>(event->type()), watched->metaObject()->className(),
                says_more ? static_cast<QWidget*>(watched)->accessibleName() : name};
  }
  return false;
}

QString Watchdog::textOf(const Current& event) {
  static const QMetaEnum types = QMetaEnum::fromType<QEvent::Type>();
  const char* type = types.valueToKey(event.type);
  QString text = QStringLiteral("%1 to %2").arg(QLatin1String(type != nullptr ? type : "event"),
                                                QLatin1String(event.receiver));
  if (!event.name.isEmpty()) text += QStringLiteral(" \"%1\"").arg(event.name);
  return text.remove(QStringLiteral("lorascope::ui::"));
}

Watchdog* Watchdog::fromEnvironment(QObject* parent) {
  const QString path = qEnvironmentVariable("LORASCOPE_WATCHDOG");
  if (path.isEmpty()) return nullptr;
  auto file = std::make_shared<QFile>(path);
  if (!file->open(QIODevice::Append | QIODevice::Text)) return nullptr;
  auto* watchdog = new Watchdog(kLimitMs, parent);
  watchdog->setReport([file](const Block& block) {
    file->write(QStringLiteral("%1 blocked %2 ms: %3\n")
                    .arg(QDateTime::currentDateTime().toString(Qt::ISODateWithMs))
                    .arg(block.ms)
                    .arg(block.events)
                    .toUtf8());
    file->flush();
  });
  return watchdog;
}

}  // namespace lorascope::ui
