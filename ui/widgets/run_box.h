#pragma once

#include <QComboBox>
#include <QStringListModel>
#include <vector>

namespace lorascope::ui {

/// One run out of many. Its width is fixed and its list is exchanged as a whole, so that a thousand names cost no time.
class RunBox : public QComboBox {
  Q_OBJECT

 public:
  struct Entry {
    QString name;
    qint64 run = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  explicit RunBox(QWidget* parent = nullptr);

  /// Keeps the chosen run where it is still there, and the first otherwise; entries as before leave an open list alone.
  void setEntries(std::vector<Entry> entries);
  /// The chosen run; 0 without one.
  qint64 run() const;
  /// A run that is not among the entries leaves the choice as it is.
  void setRun(qint64 run);

 private:
  int indexOf(qint64 run) const;

  std::vector<Entry> entries_;
  QStringListModel names_;
};

}  // namespace lorascope::ui
