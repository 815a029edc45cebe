#pragma once

#include <QWidget>

#include "ui/inspect/inspect_answer.h"

namespace lorascope::ui {

/// The tokens of a row as chips with what is predicted below each; pieces may be put together to words. A click or the
/// arrow keys choose a token.
class TokenStrip : public QWidget {
  Q_OBJECT

 public:
  explicit TokenStrip(QWidget* parent = nullptr);

  void setAnswer(std::shared_ptr<const InspectAnswer> answer, std::size_t row);
  void setWordsMerged(bool merged);
  /// Token of the row, -1: none.
  void setChosen(int token);
  int chosen() const { return chosen_; }
  /// Token that is marked because somebody points at it, here or elsewhere; -1: none.
  void setHovered(int token);
  int hovered() const { return hovered_; }
  std::size_t numChips() const { return chips_.size(); }
  QRect chipRect(std::size_t chip) const { return chips_.at(chip).rect; }
  QString chipText(std::size_t chip) const { return chips_.at(chip).text; }
  QString chipLabel(std::size_t chip) const { return chips_.at(chip).label; }

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {120, 40}; }

 Q_SIGNALS:
  void tokenChosen(int token);
  /// The pointer went to another token; -1: it left.
  void tokenHovered(int token);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Chip {
    int first = 0, last = 0;  ///< tokens
    QString text, label;
    bool special = false;
    QRect rect;
  };

  void makeChips();
  /// Places the chips for a width; returns the height.
  int arrange(int width, std::vector<Chip>& chips) const;
  int chipOf(int token) const;
  void choose(int chip);

  std::shared_ptr<const InspectAnswer> answer_;
  std::size_t row_ = 0;
  bool merged_ = false;
  int chosen_ = -1, hovered_ = -1;
  std::vector<Chip> chips_;
};

}  // namespace lorascope::ui
