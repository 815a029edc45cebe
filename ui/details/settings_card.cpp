#include "ui/details/settings_card.h"

#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/study/settings_fields.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/key_value_list.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// "training.learning_rate" -> "learning rate"; what stands before the dot is only said where the name alone misleads.
QString labelOf(const std::string& key) {
  const std::string last = key.substr(key.rfind('.') + 1);
  QString label = QString::fromStdString(last).replace('_', ' ');
  if (key.rfind("lora.", 0) == 0 && (last == "dropout" || last == "alpha")) {
    label.prepend(QStringLiteral("LoRA "));
  }
  return label;
}

/// A path by its last part, with the whole of it as tool tip: the folder is seldom what one looks for.
QString shortened(const QString& value) {
  return value.count('/') > 1 ? QStringLiteral("…/") + value.section('/', -1) : value;
}

QString valueOf(const study::SettingsField& field, const study::RunSettings& settings) {
  const Json value = field.get(settings);
  if (value.is_null() || (value.is_string() && value.get<std::string>().empty())) {
    return QStringLiteral("–");
  }
  if (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()) && value.get<double>() < 1e6) {
    return QString::number(value.get<double>(), 'f', 0);
  }
  return QString::fromStdString(study::value_text(value));
}

/// The key, the whole value and what the setting means.
QString tipOf(const QString& key, const QString& value) {
  return QStringLiteral("<qt><p><tt>%1</tt> = %2</p>%3</qt>")
      .arg(key.toHtmlEscaped(), value.toHtmlEscaped(), helpSummary(key));
}

}  // namespace

SettingsCard::SettingsCard(QWidget* parent) : Card(tr("Settings"), parent) {
  search_ = new QLineEdit;
  search_->setPlaceholderText(tr("Search settings"));
  search_->setAccessibleName(tr("Search settings"));
  search_->setClearButtonEnabled(true);
  changed_title_ = makeCaption(tr("changed from default"));
  changed_ = new KeyValueList;
  all_button_ = new QToolButton;
  all_button_->setCheckable(true);
  all_button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  others_ = new KeyValueList;
  body()->addWidget(search_);
  body()->addSpacing(4);
  body()->addWidget(changed_title_);
  body()->addWidget(changed_);
  body()->addSpacing(4);
  body()->addWidget(all_button_, 0, Qt::AlignLeft);
  body()->addWidget(others_);
  connect(search_, &QLineEdit::textChanged, this, &SettingsCard::fill);
  connect(all_button_, &QToolButton::toggled, this, &SettingsCard::fill);
}

void SettingsCard::setSettings(const std::string& json) {
  if (json != json_) {
    json_ = json;
    fill();
  }
}

void SettingsCard::fill() {
  changed_->clear();
  others_->clear();
  const QString wanted = search_->text().trimmed();
  int num_others = 0;
  try {
    const study::RunSettings settings = study::RunSettings::from_json(json_);
    const std::vector<std::string> changed_keys = study::changed_keys(settings);
    for (const study::SettingsField& field : study::settings_fields()) {
      const bool is_changed = std::find(changed_keys.begin(), changed_keys.end(), field.key) != changed_keys.end();
      const QString label = labelOf(field.key);
      const QString key = QString::fromStdString(field.key);
      const QString value = valueOf(field, settings);
      if (!field.concerns(settings) || field.key == "name" || field.key == "group" ||
          !(label + ' ' + key).contains(wanted, Qt::CaseInsensitive)) {
        continue;
      }
      num_others += is_changed ? 0 : 1;
      if (is_changed) {
        changed_->addRow(label, shortened(value), tipOf(key, value));
      } else if (all_button_->isChecked() || !wanted.isEmpty()) {
        others_->addRow(label, shortened(value), tipOf(key, value));
      }
    }
  } catch (const Error& error) {
    changed_->addRow(tr("cannot be read"), QString::fromStdString(error.message()));
  }
  changed_title_->setVisible(changed_->numRows() > 0);
  all_button_->setVisible(wanted.isEmpty() && num_others > 0);
  all_button_->setIcon(themedIcon(all_button_->isChecked() ? "arrow-down" : "arrow-right", IconTone::Secondary));
  all_button_->setText(tr("%1 settings at their default").arg(num_others));
  others_->setVisible(others_->numRows() > 0);
}

}  // namespace lorascope::ui
