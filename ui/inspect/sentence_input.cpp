#include "ui/inspect/sentence_input.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/flow_layout.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kContextHeight = 74;
constexpr int kNumEndings = 4;
constexpr int kMenuLetters = 70;

QString joinedWords(const QJsonObject& input) {
  QStringList words;
  const QJsonArray list = input.value(QStringLiteral("words")).toArray();
  for (const QJsonValue& word : list) words.append(word.toString());
  return words.join(' ');
}

QPushButton* makeMenuButton(const QString& text, const QString& tip, QMenu* menu) {
  auto* button = new QPushButton(text);
  button->setToolTip(tip);
  button->setAccessibleDescription(tip);
  button->setMenu(menu);
  return button;
}

}  // namespace

QString inputText(const QJsonObject& input) {
  QString text = input.value(QStringLiteral("question")).toString();
  if (text.isEmpty()) text = input.value(QStringLiteral("text")).toString();
  if (text.isEmpty()) text = joinedWords(input);
  text = text.simplified();
  return text.size() > kMenuLetters ? text.left(kMenuLetters - 1) + QChar(0x2026) : text;
}

SentenceInput::SentenceInput(QWidget* parent)
    : QWidget(parent), grid_(new QGridLayout), history_menu_(new QMenu(this)), pairs_menu_(new QMenu(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGap);
  column->addLayout(grid_);
  grid_->setSpacing(kGap);
  question_ = addField(tr("Question"), tr("A question about the text"));
  text_ = addField(tr("Sentence"), tr("Type a sentence and press Return"));
  context_ = new QPlainTextEdit;
  context_->setAccessibleName(tr("Text that holds the answer"));
  context_->setPlaceholderText(tr("The text that holds the answer"));
  context_->setTabChangesFocus(true);
  context_->setFixedHeight(kContextHeight);
  start_ = addField(tr("Beginning of the next sentence"), tr("Beginning of the next sentence (may be empty)"));
  grid_->addWidget(question_, 0, 0, 1, 2);
  grid_->addWidget(text_, 1, 0, 1, 2);
  grid_->addWidget(context_, 2, 0, 1, 2);
  grid_->addWidget(start_, 3, 0, 1, 2);
  for (int ending = 0; ending < kNumEndings; ++ending) {
    endings_.push_back(addField(tr("Ending %1").arg(ending + 1), tr("Ending %1").arg(ending + 1)));
    grid_->addWidget(endings_.back(), 4 + ending / 2, ending % 2);
  }
  second_ = addField(tr("Second text"), tr("A second text to compare with"));
  grid_->addWidget(second_, 7, 0, 1, 2);
  second_->hide();
  addButtons();
  setTask(QStringLiteral("wnut17"));
}

QLineEdit* SentenceInput::addField(const QString& name, const QString& placeholder) {
  auto* field = new QLineEdit;
  field->setAccessibleName(name);
  field->setPlaceholderText(placeholder);
  connect(field, &QLineEdit::returnPressed, this, &SentenceInput::asked);
  return field;
}

void SentenceInput::addButtons() {
  auto* row = new FlowLayout(nullptr, kGap);
  ask_ = new QPushButton(tr("Ask"));
  ask_->setProperty("role", "primary");
  ask_->setToolTip(tr("Ask the model (Return)"));
  random_ = new QPushButton(tr("Random"));
  random_->setToolTip(tr("A random example of the run's evaluation data"));
  worst_ = new QPushButton(tr("Worst"));
  worst_->setToolTip(tr("The next of the run's worst predictions"));
  history_button_ = makeMenuButton(tr("History"), tr("What was asked before"), history_menu_);
  pairs_button_ = makeMenuButton(tr("Pairs"), tr("Minimal pairs: one thing is different"), pairs_menu_);
  second_button_ = new QPushButton(tr("Compare"));
  second_button_->setCheckable(true);
  second_button_->setToolTip(tr("A second text, compared token by token and layer by layer"));
  second_button_->setAccessibleName(tr("Compare with a second text"));
  folder_ = new QPushButton(tr("Open folder"));
  folder_->setToolTip(tr("Ask an adapter's or a model's folder that no run has made; it may also be dropped here"));
  folder_->setAccessibleName(tr("Open an adapter's or a model's folder"));
  for (QWidget* button : std::initializer_list<QWidget*>{ask_, random_, worst_, history_button_, pairs_button_, second_button_, folder_})
    row->addWidget(button);
  static_cast<QVBoxLayout*>(layout())->addLayout(row);
  connect(ask_, &QPushButton::clicked, this, &SentenceInput::asked);
  connect(random_, &QPushButton::clicked, this, &SentenceInput::randomRequested);
  connect(worst_, &QPushButton::clicked, this, &SentenceInput::worstRequested);
  connect(folder_, &QPushButton::clicked, this, &SentenceInput::folderRequested);
  connect(pairs_menu_, &QMenu::aboutToShow, this, &SentenceInput::pairsRequested);
  connect(second_button_, &QPushButton::toggled, this, &SentenceInput::setSecondShown);
}

void SentenceInput::setTask(const QString& task) {
  task_ = task;
  given_ = {};
  const bool is_question = task == QStringLiteral("squad"), is_choice = task == QStringLiteral("swag");
  question_->setVisible(is_question);
  context_->setVisible(is_question);
  text_->setVisible(!is_question);
  start_->setVisible(is_choice);
  for (QLineEdit* ending : endings_) ending->setVisible(is_choice);
  pairs_button_->setVisible(!is_question && !is_choice);
  text_->setPlaceholderText(is_choice ? tr("The sentence before") : tr("Type a sentence and press Return"));
  for (QLineEdit* field : {question_, text_, start_, second_}) field->clear();
  for (QLineEdit* field : endings_) field->clear();
  context_->clear();
  setSecondShown(false);
}

QJsonObject SentenceInput::input() const {
  const QJsonObject text = typed();
  return given_.contains(QStringLiteral("words")) && text.value(QStringLiteral("text")).toString() == joinedWords(given_) ? given_ : text;
}

QJsonObject SentenceInput::typed() const {
  QJsonObject input;
  if (task_ == QStringLiteral("squad")) {
    if (question_->text().trimmed().isEmpty() || context_->toPlainText().trimmed().isEmpty()) return {};
    input.insert(QStringLiteral("question"), question_->text());
    input.insert(QStringLiteral("text"), context_->toPlainText());
    return input;
  }
  if (text_->text().trimmed().isEmpty()) return {};
  input.insert(QStringLiteral("text"), text_->text());
  if (task_ != QStringLiteral("swag")) return input;
  QJsonArray endings;
  for (const QLineEdit* ending : endings_) {
    if (ending->text().trimmed().isEmpty()) return {};
    endings.append(ending->text());
  }
  if (!start_->text().isEmpty()) input.insert(QStringLiteral("start"), start_->text());
  input.insert(QStringLiteral("endings"), endings);
  return input;
}

QJsonObject SentenceInput::second() const {
  QJsonObject other = typed();
  if (second_->isHidden() || second_->text().trimmed().isEmpty() || other.isEmpty()) return {};
  other.insert(QStringLiteral("text"), second_->text());
  return other;
}

void SentenceInput::setInput(const QJsonObject& input) {
  given_ = input;
  QString text = input.value(QStringLiteral("text")).toString();
  if (text.isEmpty()) text = joinedWords(input);
  question_->setText(input.value(QStringLiteral("question")).toString());
  context_->setPlainText(text);
  text_->setText(text);
  text_->setCursorPosition(0);
  start_->setText(input.value(QStringLiteral("start")).toString());
  const QJsonArray endings = input.value(QStringLiteral("endings")).toArray();
  for (int ending = 0; ending < kNumEndings; ++ending)
    endings_[static_cast<std::size_t>(ending)]->setText(endings.at(ending).toString());
}

void SentenceInput::setSecond(const QString& text) {
  second_->setText(text);
  setSecondShown(!text.isEmpty());
}

void SentenceInput::setSecondShown(bool shown) {
  second_->setVisible(shown);
  second_button_->setChecked(shown);
  if (!shown) second_->clear();
}

void SentenceInput::setHistory(const QList<QJsonObject>& history) {
  history_menu_->clear();
  history_button_->setEnabled(!history.isEmpty());
  for (const QJsonObject& input : history) {
    history_menu_->addAction(inputText(input), this, [this, input] {
      setInput(input);
      Q_EMIT asked();
    });
  }
}

}  // namespace lorascope::ui
