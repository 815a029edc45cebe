#include "ui/representations/representations_tab.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/main_window/session_model.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/representations/analysis_figures.h"
#include "ui/representations/cka_card.h"
#include "ui/representations/lines_card.h"
#include "ui/representations/run_choice.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kRoomForTwo = 1080;
constexpr int kPairsOfKind = 250;

/// An arrow behind the text of a button with a menu.
void markMenu(QToolButton* button) {
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  button->setIconSize(QSize(10, 10));
  button->setLayoutDirection(Qt::RightToLeft);
}

void askForFile(QWidget* parent, const QString& title, const QString& filter,
                const std::function<void(const QString&)>& chosen) {
  auto* dialog = new QFileDialog(parent, title, {}, filter);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  QObject::connect(dialog, &QFileDialog::fileSelected, parent, chosen);
  dialog->open();
}

}  // namespace

RepresentationsTab::RepresentationsTab(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : QWidget(parent),
      session_(session),
      program_(program),
      pages_(new QStackedWidget(this)),
      runs_(new RunChoice(session)),
      text_button_(new QToolButton) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(pages_);
  auto* empty = new EmptyState(QStringLiteral("weights"), tr("Hidden states are compared here once a run has finished"));
  empty->addButton(tr("Start a comparison"), true, [this] { Q_EMIT trainRequested(); });
  pages_->addWidget(empty);
  makeSensitivity();
  cka_ = new CkaCard(session_, program_);
  makeDistances();
  makeTrajectories();
  makeProbe();
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  column->setSpacing(kPadding);
  column->addWidget(makeChoices());
  grid_ = new QGridLayout;
  grid_->setSpacing(kPadding);
  column->addLayout(grid_);
  column->addStretch(1);
  scroll->setWidget(page);
  pages_->addWidget(scroll);
  connectCards();
  arrange();
  loadStored();
  showPages();
}

QWidget* RepresentationsTab::makeChoices() {
  auto* choices = new QWidget;
  auto* row = new QHBoxLayout(choices);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGap);
  row->addWidget(makeCaption(tr("base model and")));
  row->addWidget(runs_);
  row->addSpacing(kPadding);
  row->addWidget(makeCaption(tr("on")));
  text_button_->setPopupMode(QToolButton::InstantPopup);
  text_button_->setAccessibleName(tr("Text that hidden states are compared on"));
  auto* menu = new QMenu(text_button_);
  menu->addAction(tr("generated sentences"), this, [this] { setTextFile({}); });
  menu->addAction(tr("a file of sentences…"), this, [this] {
    askForFile(this, tr("Sentences, one a line, or words in columns"), tr("Text (*.txt *.conll);;All files (*)"),
               [this](const QString& file) { setTextFile(file); });
  });
  text_button_->setMenu(menu);
  markMenu(runs_);
  markMenu(text_button_);
  row->addWidget(text_button_);
  row->addStretch(1);
  setTextFile({});
  return choices;
}

void RepresentationsTab::makeSensitivity() {
  sensitivity_ = new LinesCard(tr("Form or meaning"), QStringLiteral("sensitivity"), session_, program_);
  setHelpTopic(sensitivity_, QStringLiteral("measure.sensitivity"));
  sensitivity_->setViews(
      {{tr("sensitivity"), tr("Share of meaning in the distances of minimal pairs, by layer"), sensitivityFigure},
       {tr("kinds"), tr("Mean distance of each kind of pair in the first run"), [](const QJsonObject& analysis) {
          return kindsFigure(analysis, resultNames(analysis, "subject").size() > 2 ? 1 : 0);
        }}});
  pairs_ = new QSpinBox;
  pairs_->setRange(50, 1000);
  pairs_->setSingleStep(50);
  pairs_->setValue(kPairsOfKind);
  pairs_->setSuffix(tr(" pairs a kind"));
  pairs_->setAccessibleName(tr("Minimal pairs of each kind"));
  pairs_->setToolTip(tr("More pairs, narrower bands: 250 take about ten seconds a model"));
  sensitivity_->header()->insertWidget(sensitivity_->header()->count() - 1, pairs_);
  sensitivity_->setCaptionFunction([](const QJsonObject& analysis) {
    int pairs = 0;
    const QJsonObject kinds = analysis.value("pairs").toObject();
    for (const QJsonValue& count : kinds) pairs += count.toInt();
    return tr("n = %L1 minimal pairs of %2 kinds, matched in edit distance and length. Floors: layer 0 and the untrained "
              "model.")
        .arg(pairs)
        .arg(kinds.size());
  });
}

void RepresentationsTab::makeDistances() {
  distances_ = new LinesCard(tr("Distance from the base"), QStringLiteral("distances"), session_, program_);
  setHelpTopic(distances_, QStringLiteral("measure.distances"));
  const auto view = [](const QString& measure) {
    return [measure](const QJsonObject& analysis) { return distancesFigure(analysis, measure); };
  };
  distances_->setViews({{tr("distance"), tr("How far a token's state moved, against its length"), view("relative")},
                        {tr("cosine"), tr("Whether it still points the same way"), view("cosine")},
                        {tr("rotation"), tr("What is left after the best rotation (Procrustes)"), view("procrustes")},
                        {tr("RSA"), tr("Whether tokens lie to each other as before"), view("rsa")}});
  distances_->setCaptionFunction([](const QJsonObject& analysis) {
    return tr("n = %L1 tokens of %2, each compared with itself in the base model.")
        .arg(analysis.value("tokens").toInteger())
        .arg(sourceName(analysis));
  });
}

void RepresentationsTab::makeTrajectories() {
  trajectories_ = new LinesCard(tr("Ways of tokens (PCA)"), QStringLiteral("pca"), session_, program_);
  setHelpTopic(trajectories_, QStringLiteral("measure.pca"));
  first_token_ = new QSpinBox;
  first_token_->setRange(1, 19);
  first_token_->setPrefix(tr("from token "));
  first_token_->setAccessibleName(tr("First token whose way is shown"));
  trajectories_->header()->insertWidget(trajectories_->header()->count() - 1, first_token_);
  const auto axis = [this](int number) {
    return [this, number](const QJsonObject& analysis) {
      return axisFigure(analysis, number, first_token_->value() - 1);
    };
  };
  trajectories_->setViews({{tr("plane"), tr("Axis 1 against axis 2"),
                            [this](const QJsonObject& analysis) { return planeFigure(analysis, first_token_->value() - 1); }},
                           {tr("axis 1"), tr("Over the layers"), axis(0)},
                           {tr("axis 2"), tr("Over the layers"), axis(1)},
                           {tr("axis 3"), tr("Over the layers"), axis(2)}});
  trajectories_->setCaptionFunction([](const QJsonObject& analysis) {
    return tr("Axes fitted to all layers of all models on %L1 tokens of %2.")
        .arg(analysis.value("fitted_on").toInteger())
        .arg(sourceName(analysis));
  });
  connect(first_token_, &QSpinBox::valueChanged, trajectories_, &LinesCard::refresh);
}

void RepresentationsTab::makeProbe() {
  probe_ = new LinesCard(tr("Structural probe"), QStringLiteral("probe"), session_, program_);
  setHelpTopic(probe_, QStringLiteral("measure.structural_probe"));
  const auto view = [](const QString& measure) {
    return [measure](const QJsonObject& analysis) { return probeFigure(analysis, measure); };
  };
  probe_->setViews({{tr("UUAS"), tr("Share of the tree's edges that are found; thin: of random trees"), view("uuas")},
                    {tr("selectivity"), tr("UUAS above that of random trees"), view("selectivity")},
                    {tr("distances"), tr("Correlation with distances in the tree"), view("spearman")},
                    {tr("root"), tr("How often the root is found"), view("root_accuracy")}});
  treebank_button_ = new QToolButton;
  treebank_button_->setAccessibleName(tr("Choose a treebank"));
  treebank_button_->setToolTip(tr("A treebank in CoNLL-U, for example of Universal Dependencies"));
  connect(treebank_button_, &QToolButton::clicked, this, [this] {
    askForFile(this, tr("Choose a treebank"), tr("Treebanks (*.conllu);;All files (*)"),
               [this](const QString& file) { setTreebank(file); });
  });
  probe_->header()->insertWidget(probe_->header()->count() - 1, treebank_button_);
  setTreebank({});
  probe_->setCaptionFunction([](const QJsonObject&) {
    return tr("Controls: random trees that hang on the words' forms, the untrained model, layer 0.");
  });
}

void RepresentationsTab::connectCards() {
  for (AnalysisCard* card : std::initializer_list<AnalysisCard*>{sensitivity_, cka_, distances_, trajectories_}) {
    card->missing = tr("Choose a finished run first.");
    card->arguments = [this, card] {
      const QStringList runs = runArguments();
      if (runs.isEmpty()) return runs;
      return runs + (card == sensitivity_
                         ? QStringList{QStringLiteral("--pairs-of-kind"), QString::number(pairs_->value())}
                         : textArguments());
    };
  }
  probe_->missing = tr("A probe needs a treebank in CoNLL-U and a finished run.");
  probe_->arguments = [this] {
    const QStringList runs = runArguments();
    if (runs.isEmpty() || treebank_.isEmpty()) return QStringList();
    return runs + QStringList{QStringLiteral("--treebank"), treebank_};
  };
  for (LinesCard* card : {sensitivity_, distances_, trajectories_, probe_}) {
    connect(session_, &SessionModel::hoverRunChanged, card,
            [card](RunId id) { card->plot()->view()->setHighlightedRun(id); });
    connect(card->plot()->view(), &PlotView::runHovered, session_, &SessionModel::setHoverRun);
    connect(card->plot()->view(), &PlotView::runActivated, this, [this](qint64 id) { session_->select({id}); });
  }
  connect(session_, &SessionModel::workspaceOpened, this, &RepresentationsTab::loadStored);
  connect(runs_, &RunChoice::chosenChanged, this, &RepresentationsTab::showPages);
}

void RepresentationsTab::arrange() {
  const int columns = width() >= kRoomForTwo ? 2 : 1;
  if (columns == columns_) return;
  columns_ = columns;
  QWidget* cards[] = {sensitivity_, cka_, distances_, trajectories_, probe_};
  for (QWidget* card : cards) grid_->removeWidget(card);
  if (columns == 1) {
    for (int i = 0; i < 5; ++i) grid_->addWidget(cards[i], i, 0);
  } else {
    grid_->addWidget(sensitivity_, 0, 0);
    grid_->addWidget(cka_, 0, 1);
    grid_->addWidget(distances_, 1, 0);
    grid_->addWidget(trajectories_, 1, 1);
    grid_->addWidget(probe_, 2, 0, 1, 2);
  }
  grid_->setColumnStretch(0, 1);
  grid_->setColumnStretch(1, columns == 2 ? 1 : 0);
}

void RepresentationsTab::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void RepresentationsTab::loadStored() {
  for (AnalysisCard* card : std::initializer_list<AnalysisCard*>{sensitivity_, cka_, distances_, trajectories_, probe_})
    card->loadStored();
  showPages();
}

void RepresentationsTab::showPages() {
  bool any = !runs_->chosen().empty();
  for (AnalysisCard* card : std::initializer_list<AnalysisCard*>{sensitivity_, cka_, distances_, trajectories_, probe_})
    any = any || !card->analysis().isEmpty();
  pages_->setCurrentIndex(any ? 1 : 0);
}

void RepresentationsTab::setTextFile(const QString& file) {
  text_file_ = file;
  text_button_->setText(file.isEmpty() ? tr("generated sentences") : QFileInfo(file).fileName());
}

void RepresentationsTab::setTreebank(const QString& file) {
  treebank_ = file;
  treebank_button_->setText(file.isEmpty() ? tr("choose a treebank…") : QFileInfo(file).fileName());
}

QStringList RepresentationsTab::runArguments() const {
  QStringList runs;
  for (const store::RunId run : runs_->chosen()) runs.append(QString::number(run));
  return runs;
}

QStringList RepresentationsTab::textArguments() const {
  return text_file_.isEmpty() ? QStringList() : QStringList{QStringLiteral("--text"), text_file_};
}

PlotCard* RepresentationsTab::mainPlot() const {
  for (LinesCard* card : {sensitivity_, distances_, trajectories_, probe_})
    if (!card->analysis().isEmpty()) return card->plot();
  return nullptr;
}

}  // namespace lorascope::ui
