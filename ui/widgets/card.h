#pragma once

#include <QFrame>

class QHBoxLayout;
class QVBoxLayout;

namespace lorascope::ui {

class ElidedLabel;

/// A surface with a thin border: title, a short note and buttons in one row, then a body.
class Card : public QFrame {
  Q_OBJECT

 public:
  /// Without a title there is no header row until something is put into it.
  explicit Card(const QString& title = {}, QWidget* parent = nullptr);

  void setTitle(const QString& title);
  /// Beside the title, in secondary colour: "mean of 3 seeds".
  void setNote(const QString& note);
  /// The header's right end, for buttons.
  QHBoxLayout* header() const { return header_; }
  QVBoxLayout* body() const { return body_; }

 private:
  ElidedLabel* title_;
  ElidedLabel* note_;
  QHBoxLayout* header_;
  QVBoxLayout* body_;
};

}  // namespace lorascope::ui
