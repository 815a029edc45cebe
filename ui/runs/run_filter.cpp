#include "ui/runs/run_filter.h"

#include <algorithm>

#include "core/study/run_settings.h"
#include "core/study/settings_fields.h"

namespace lorascope::ui {
namespace {

QString fromStd(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

const QStringList& recordKeys() {
  static const QStringList kKeys = {"name", "study", "group", "task", "method", "state", "tag", "star"};
  return kKeys;
}

/// The settings field that a filter key names: by its dotted key, its last component, or its short label.
const study::SettingsField* fieldOf(const QString& key) {
  const std::string name = key.toStdString();
  for (const study::SettingsField& field : study::settings_fields()) {
    const std::string last = field.key.substr(field.key.rfind('.') + 1);
    if (name == field.key || name == last || name == field.label) {
      return &field;
    }
  }
  return nullptr;
}

bool contains(const std::string& text, const QString& value) {
  return fromStd(text).contains(value, Qt::CaseInsensitive);
}

bool settingMatches(const store::RunRecord& run, const study::SettingsField& field, const QString& value) {
  try {
    const Json found = field.get(study::RunSettings::from_json(run.settings));
    if (found.is_number()) {
      bool is_number = false;
      const double wanted = value.toDouble(&is_number);
      return is_number && found.get<double>() == wanted;
    }
    return fromStd(study::value_text(found)).contains(value, Qt::CaseInsensitive);
  } catch (const std::exception&) {
    // Settings that cannot be read match no setting.
    return false;
  }
}

QStringList splitTokens(const QString& line) {
  QStringList tokens;
  QString token;
  bool quoted = false;
  for (const QChar c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c.isSpace() && !quoted) {
      if (!token.isEmpty()) tokens.append(token);
      token.clear();
    } else {
      token.append(c);
    }
  }
  if (!token.isEmpty()) tokens.append(token);
  return tokens;
}

}  // namespace

QStringList RunFilter::keys() {
  QStringList keys = recordKeys();
  for (const study::SettingsField& field : study::settings_fields()) {
    const QString last = fromStd(field.key.substr(field.key.rfind('.') + 1));
    if (!keys.contains(last)) keys.append(last);
  }
  return keys;
}

RunFilter::RunFilter(const QString& line) {
  for (const QString& token : splitTokens(line)) {
    addTerm(token);
  }
}

void RunFilter::addTerm(QString token) {
  Term term;
  if (token.size() > 1 && token.startsWith('-')) {
    term.negated = true;
    token.remove(0, 1);
  }
  const qsizetype colon = token.indexOf(':');
  if (colon <= 0) {
    term.value = token.toLower();
    terms_.push_back(term);
    return;
  }
  term.key = token.left(colon).toLower();
  term.value = token.mid(colon + 1).toLower();
  if (!recordKeys().contains(term.key) && fieldOf(term.key) == nullptr) {
    problem_ = QStringLiteral("There is no key “%1”. Try method, seed, state, tag, lr or rank.").arg(term.key);
    return;
  }
  // "state:" while the value is still being typed filters nothing.
  if (!term.value.isEmpty()) {
    terms_.push_back(term);
  }
}

bool RunFilter::matches(const store::RunRecord& run) const {
  return std::all_of(terms_.begin(), terms_.end(),
                     [&](const Term& term) { return matchesTerm(run, term) != term.negated; });
}

bool RunFilter::matchesTerm(const store::RunRecord& run, const Term& term) {
  const auto any_tag = [&](auto test) { return std::any_of(run.tags.begin(), run.tags.end(), test); };
  if (term.key.isEmpty()) {
    return contains(run.name, term.value) || contains(run.group, term.value) || contains(run.study, term.value) ||
           fromStd(store::text(run.state)).startsWith(term.value) ||
           any_tag([&](const std::string& tag) { return contains(tag, term.value); });
  }
  if (term.key == "name") return contains(run.name, term.value);
  if (term.key == "study") return contains(run.study, term.value);
  if (term.key == "group") return contains(run.group, term.value);
  if (term.key == "task") return contains(run.task, term.value);
  if (term.key == "method") return fromStd(run.method).compare(term.value, Qt::CaseInsensitive) == 0;
  if (term.key == "state") return fromStd(store::text(run.state)).startsWith(term.value);
  if (term.key == "tag") {
    return any_tag([&](const std::string& tag) { return fromStd(tag).compare(term.value, Qt::CaseInsensitive) == 0; });
  }
  if (term.key == "star") return run.starred == (term.value != "no");
  return settingMatches(run, *fieldOf(term.key), term.value);
}

}  // namespace lorascope::ui
