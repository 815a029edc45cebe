#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QStringList>
#include <deque>
#include <functional>
#include <vector>

namespace lorascope::ui {

/// Tells when the event loop was away for longer than `limit_ms`, and which events took the time. Looks at every event of
/// the application, so that it is on only where LORASCOPE_WATCHDOG names a file, and in tests.
class Watchdog : public QObject {
  Q_OBJECT

 public:
  /// One turn of the loop that took too long.
  struct Block {
    qint64 ms = 0;
    QString events;  ///< "MetaCall to SessionModel 84 ms, Paint to PlotCanvas 12 ms"
  };

  explicit Watchdog(qint64 limit_ms, QObject* parent = nullptr);

  /// Called with every block as it ends.
  void setReport(std::function<void(const Block&)> report) { report_ = std::move(report); }
  /// The newest of them, at most kMostBlocks; numBlocks() counts all since clear().
  const std::deque<Block>& blocks() const { return blocks_; }
  std::size_t numBlocks() const { return num_blocks_; }
  static constexpr std::size_t kMostBlocks = 500;
  qint64 longestMs() const { return longest_; }
  void clear();

  /// A turn by hand, where events are sent without a loop: in tests.
  void beginTurn();
  void endTurn();

  bool eventFilter(QObject* watched, QEvent* event) override;

  /// Appends blocks over 50 ms to the file that LORASCOPE_WATCHDOG names; nothing without it.
  static Watchdog* fromEnvironment(QObject* parent);

 private:
  /// An event while it is delivered; its words are made only where it took long.
  struct Current {
    int type = 0;
    const char* receiver = nullptr;  ///< class; none: between events
    QString name;                    ///< of the receiver
  };
  struct Slice {
    QString event;
    qint64 ns;
  };
  void closeSlice();
  static QString textOf(const Current& event);

  qint64 limit_;
  std::function<void(const Block&)> report_;
  std::deque<Block> blocks_;
  std::size_t num_blocks_ = 0;
  qint64 longest_ = 0;
  QElapsedTimer turn_;
  QElapsedTimer slice_;
  Current current_;
  std::vector<Slice> slices_;  ///< of this turn, those above 2 ms
  bool in_turn_ = false;
};

}  // namespace lorascope::ui
