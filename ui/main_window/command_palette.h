#pragma once

#include <QFrame>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace lorascope::ui {

/// One thing that the palette can do.
struct PaletteEntry {
  QString text;
  QString hint;  ///< its key, or where it leads
  std::function<void()> run;
};

/// Everything that can be done, to be found by typing a few letters: commands, tabs, runs, help. Keys: arrows, Enter,
/// Esc. Not a dialog: it goes away when it loses the focus.
class CommandPalette : public QFrame {
  Q_OBJECT

 public:
  explicit CommandPalette(QWidget* window);

  void open(std::vector<PaletteEntry> entries);
  QLineEdit* line() const { return line_; }
  QListWidget* list() const { return list_; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void filter();
  void runChosen();

  std::vector<PaletteEntry> entries_;
  QLineEdit* line_;
  QListWidget* list_;
};

/// How well `wanted` is found in `text`: letters in order, better at the start of words and next to each other; below
/// 0: not at all.
int paletteScore(const QString& text, const QString& wanted);

}  // namespace lorascope::ui
