#include "ui/widgets/run_box.h"

#include <QSignalBlocker>
#include <algorithm>
#include <utility>

namespace lorascope::ui {

namespace {

constexpr int kShownCharacters = 28;

}  // namespace

RunBox::RunBox(QWidget* parent) : QComboBox(parent) {
  setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  setMinimumContentsLength(kShownCharacters);
  setModel(&names_);
}

void RunBox::setEntries(std::vector<Entry> entries) {
  if (entries == entries_) return;
  const qint64 chosen = run();
  entries_ = std::move(entries);
  QStringList names;
  for (const Entry& entry : entries_) names.append(entry.name);
  const QSignalBlocker quiet(this);
  names_.setStringList(names);
  setCurrentIndex(std::max(0, indexOf(chosen)));
}

qint64 RunBox::run() const {
  const int index = currentIndex();
  return index < 0 ? 0 : entries_[static_cast<std::size_t>(index)].run;
}

void RunBox::setRun(qint64 run) {
  const int index = indexOf(run);
  if (index >= 0) setCurrentIndex(index);
}

int RunBox::indexOf(qint64 run) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [run](const Entry& entry) { return entry.run == run; });
  return found == entries_.end() ? -1 : static_cast<int>(found - entries_.begin());
}

}  // namespace lorascope::ui
