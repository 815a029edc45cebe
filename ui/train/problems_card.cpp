#include "ui/train/problems_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

QWidget* makeProblem(const Problem& problem) {
  auto* widget = new QWidget;
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 4, 0, 4);
  layout->setSpacing(1);
  auto* where = makeParagraph(QString::fromStdString(problem.where));
  where->setFont(boldFont());
  setRole(where, "error");
  layout->addWidget(where);
  const QString found = QString::fromStdString(problem.found);
  const QString expected = QString::fromStdString(problem.expected);
  layout->addWidget(makeParagraph(expected.isEmpty() ? QObject::tr("found %1").arg(found)
                                                     : QObject::tr("found %1, expected %2").arg(found, expected)));
  if (!problem.hint.empty()) {
    auto* hint = makeParagraph(QString::fromStdString(problem.hint));
    makeSecondary(hint);
    layout->addWidget(hint);
  }
  return widget;
}

}  // namespace

ProblemsCard::ProblemsCard(QWidget* parent) : Card(tr("Problems"), parent) {
  list_ = new QWidget;
  auto* layout = new QVBoxLayout(list_);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  body()->addWidget(list_);
  auto* retry = new QPushButton(tr("Read it again"));
  auto* dismiss = new QPushButton(tr("Dismiss"));
  connect(retry, &QPushButton::clicked, this, &ProblemsCard::retryRequested);
  connect(dismiss, &QPushButton::clicked, this, &ProblemsCard::dismissed);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGap);
  buttons->addWidget(retry);
  buttons->addWidget(dismiss);
  buttons->addStretch(1);
  body()->addSpacing(4);
  body()->addLayout(buttons);
}

void ProblemsCard::setProblems(const QString& title, const std::vector<Problem>& problems) {
  setTitle(title);
  setNote(problems.size() == 1 ? tr("1 problem") : tr("%1 problems").arg(problems.size()));
  while (QLayoutItem* item = list_->layout()->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const Problem& problem : problems) {
    list_->layout()->addWidget(makeProblem(problem));
  }
}

}  // namespace lorascope::ui
