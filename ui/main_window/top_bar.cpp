#include "ui/main_window/top_bar.h"

#include <QAction>
#include <QButtonGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

TopBar::TopBar(QWidget* parent) : QToolBar(parent) {
  setObjectName(QStringLiteral("topBar"));
  setWindowTitle(tr("Workspace tabs"));
  setMovable(false);
  setContextMenuPolicy(Qt::PreventContextMenu);
  auto* content = new QWidget;
  auto* layout = new QHBoxLayout(content);
  layout->setContentsMargins(kPadding, 4, kPadding, 4);
  layout->setSpacing(kGap);
  auto* name = new QLabel(QStringLiteral("Lorascope"));
  name->setFont(boldFont());
  layout->addWidget(name);
  layout->addSpacing(kPadding);
  tab_row_ = new QHBoxLayout;
  tab_row_->setSpacing(4);
  layout->addLayout(tab_row_);
  layout->addStretch(1);
  tabs_ = new QButtonGroup(this);
  connect(tabs_, &QButtonGroup::idClicked, this, &TopBar::tabChosen);
  theme_ = new QToolButton;
  theme_->setProperty("role", "icon");
  theme_->setToolTip(tr("Light or dark"));
  theme_->setAccessibleName(tr("Switch between light and dark"));
  connect(theme_, &QToolButton::clicked, this, &TopBar::themeToggled);
  commands_ = new QPushButton(tr("Commands"));
  commands_->setToolTip(tr("All commands with their keys (F10)"));
  connect(commands_, &QPushButton::clicked, this, &TopBar::openMenu);
  auto* run = new QPushButton(themedIcon(QStringLiteral("play-filled"), IconTone::OnAccent), tr("Run study"));
  run->setProperty("role", "primary");
  run->setToolTip(tr("Make a study and run it (Ctrl+N); a study file: Ctrl+R"));
  connect(run, &QPushButton::clicked, this, &TopBar::runStudyRequested);
  layout->addWidget(theme_);
  layout->addWidget(commands_);
  layout->addWidget(run);
  content->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  addWidget(content);
  showThemeIcon();
}

void TopBar::addTab(const QString& title) {
  auto* tab = new QToolButton;
  tab->setProperty("role", "tab");
  tab->setText(title);
  tab->setCheckable(true);
  tab->setAccessibleName(tr("%1 tab").arg(title));
  // Room for the heavier type of the current tab: the row must not move when another is chosen.
  QFont heavy = tab->font();
  heavy.setWeight(QFont::DemiBold);
  tab->setMinimumWidth(QFontMetrics(heavy).horizontalAdvance(title) + 2 * kPadding + 4);
  tab->setToolTip(tr("Ctrl+%1; double-click: a window of its own").arg(numTabs() + 1));
  tab->installEventFilter(this);
  tab->setContextMenuPolicy(Qt::ActionsContextMenu);
  auto* tear = new QAction(tr("In a window of its own"), tab);
  connect(tear, &QAction::triggered, this, [this, index = numTabs()] { Q_EMIT tabTearRequested(index); });
  tab->addAction(tear);
  auto* split = new QAction(tr("Beside the others"), tab);
  connect(split, &QAction::triggered, this, [this, index = numTabs()] { Q_EMIT tabSplitRequested(index); });
  tab->addAction(split);
  tabs_->addButton(tab, numTabs());
  tab_row_->addWidget(tab);
}

int TopBar::numTabs() const {
  return static_cast<int>(tabs_->buttons().size());
}

void TopBar::setCurrentTab(int index) {
  if (QAbstractButton* tab = tabs_->button(index)) {
    tab->setChecked(true);
  }
}

void TopBar::openMenu() {
  if (menu_ != nullptr) {
    menu_->popup(commands_->mapToGlobal(QPoint(0, commands_->height() + 2)));
  }
}

void TopBar::showThemeIcon() {
  theme_->setIcon(themedIcon(appearanceOf(this) == Appearance::Dark ? "sun" : "moon", IconTone::Secondary));
}

bool TopBar::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::MouseButtonDblClick) {
    for (int i = 0; i < numTabs(); ++i) {
      if (tabs_->button(i) == watched) Q_EMIT tabTearRequested(i);
    }
  }
  return QToolBar::eventFilter(watched, event);
}

void TopBar::changeEvent(QEvent* event) {
  QToolBar::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && theme_ != nullptr) {
    showThemeIcon();
  }
}

}  // namespace lorascope::ui
