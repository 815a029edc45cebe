#pragma once

#include <vector>

#include "core/base/error.h"
#include "ui/widgets/card.h"

namespace lorascope::ui {

/// All problems of an input at once, where it was opened: place, what was found, what was expected, what to do.
class ProblemsCard : public Card {
  Q_OBJECT

 public:
  explicit ProblemsCard(QWidget* parent = nullptr);

  void setProblems(const QString& title, const std::vector<Problem>& problems);

 Q_SIGNALS:
  void retryRequested();
  void dismissed();

 private:
  QWidget* list_;
};

}  // namespace lorascope::ui
