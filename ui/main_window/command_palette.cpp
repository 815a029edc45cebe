#include "ui/main_window/command_palette.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kWidth = 520;
constexpr int kHeight = 360;
constexpr int kMostShown = 60;

}  // namespace

int paletteScore(const QString& text, const QString& wanted) {
  int score = 0;
  qsizetype at = -1;
  for (const QChar letter : wanted) {
    if (letter.isSpace()) continue;
    const qsizetype next = text.indexOf(letter, at + 1, Qt::CaseInsensitive);
    if (next < 0) return -1;
    if (next == at + 1) score += 3;
    if (next == 0 || !text[next - 1].isLetterOrNumber()) score += 4;
    at = next;
  }
  return text.contains(wanted, Qt::CaseInsensitive) ? score + 20 : score;
}

CommandPalette::CommandPalette(QWidget* window) : QFrame(window), line_(new QLineEdit), list_(new QListWidget) {
  setProperty("role", "card");
  setAccessibleName(tr("Commands"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kGap, kGap, kGap, kGap);
  layout->setSpacing(4);
  line_->setPlaceholderText(tr("Type a command, a run, a setting …"));
  line_->setAccessibleName(tr("What to do"));
  list_->setAccessibleName(tr("Commands that match"));
  list_->setFocusPolicy(Qt::NoFocus);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  layout->addWidget(line_);
  layout->addWidget(list_, 1);
  line_->installEventFilter(this);
  connect(line_, &QLineEdit::textChanged, this, &CommandPalette::filter);
  connect(line_, &QLineEdit::returnPressed, this, &CommandPalette::runChosen);
  connect(list_, &QListWidget::itemClicked, this, &CommandPalette::runChosen);
  hide();
}

void CommandPalette::open(std::vector<PaletteEntry> entries) {
  entries_ = std::move(entries);
  const int width = std::min(kWidth, parentWidget()->width() - 2 * kPadding);
  setGeometry((parentWidget()->width() - width) / 2, 48, width, std::min(kHeight, parentWidget()->height() - 96));
  line_->clear();
  filter();
  show();
  raise();
  line_->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::filter() {
  std::vector<std::pair<int, std::size_t>> found;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const int score = paletteScore(entries_[i].text, line_->text().trimmed());
    if (score >= 0) found.emplace_back(-score, i);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (found.size() > kMostShown) found.resize(kMostShown);
  list_->clear();
  for (const auto& [score, index] : found) {
    const PaletteEntry& entry = entries_[index];
    auto* item =
        new QListWidgetItem(entry.hint.isEmpty() ? entry.text : entry.text + QStringLiteral("    ") + entry.hint);
    item->setData(Qt::UserRole, static_cast<qulonglong>(index));
    list_->addItem(item);
  }
  list_->setCurrentRow(0);
}

void CommandPalette::runChosen() {
  const QListWidgetItem* item = list_->currentItem();
  if (item == nullptr) return;
  const std::function<void()> run = entries_[item->data(Qt::UserRole).toULongLong()].run;
  hide();
  run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusOut) {
    hide();
  } else if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape) {
      hide();
      return true;
    }
    if (key == Qt::Key_Down || key == Qt::Key_Up) {
      const int row = list_->currentRow() + (key == Qt::Key_Down ? 1 : -1);
      list_->setCurrentRow(std::clamp(row, 0, std::max(0, list_->count() - 1)));
      return true;
    }
  }
  return QFrame::eventFilter(watched, event);
}

}  // namespace lorascope::ui
