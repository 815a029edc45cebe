#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QObject>
#include <QString>
#include <QStringList>
#include <functional>
#include <map>

class QProcess;

namespace lorascope::ui {

class LorascopeProgram;

/// A child `lorascope inspect --serve` with one loaded model that answers questions, one at a time. It ends with this
/// object. All calls return at once; answers arrive on the UI thread.
class InspectorProcess : public QObject {
  Q_OBJECT

 public:
  enum class State { Stopped, Loading, Ready, Failed };

  explicit InspectorProcess(LorascopeProgram* program, QObject* parent = nullptr);
  ~InspectorProcess() override;

  /// What came back: `answer`, or `error` with `hint`. Not called for questions that were withdrawn.
  struct Reply {
    QJsonObject answer;
    QString error, hint;
  };
  using Take = std::function<void(const Reply& reply)>;

  /// Ends what runs and starts `lorascope inspect --serve` with these arguments; described() or failed() follows. The
  /// same arguments as those of a living process change nothing.
  void start(const QStringList& arguments);
  void stop();
  State state() const { return state_; }
  /// What the loaded model is: the answer to "describe"; empty before.
  const QJsonObject& description() const { return description_; }
  const QString& error() const { return error_; }
  const QString& hint() const { return hint_; }

  /// Asks; returns the question's number. While the model is loading questions wait.
  int ask(QJsonObject question, Take take);
  /// The question is not answered any more; unknown numbers do no harm.
  void withdraw(int id);
  /// Whether questions are under way.
  bool isBusy() const { return !waiting_.empty(); }

 Q_SIGNALS:
  void stateChanged();
  void busyChanged(bool busy);

 private:
  void setState(State state);
  void fail(const QString& error, const QString& hint);
  void readLines();
  void takeLine(const QByteArray& line);
  void write(const QJsonObject& object);
  void finished();

  LorascopeProgram* program_;
  QProcess* process_ = nullptr;
  QStringList arguments_;
  State state_ = State::Stopped;
  QJsonObject description_;
  QString error_, hint_;
  QByteArray unread_;
  std::map<int, Take> waiting_;
  int last_id_ = 0;
};

}  // namespace lorascope::ui
