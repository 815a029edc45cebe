#pragma once

#include <QWidget>

namespace lorascope::ui {

/// A tab in a window of its own. Closing it gives the page back.
class TornTab : public QWidget {
  Q_OBJECT

 public:
  TornTab(const QString& name, QWidget* page, QWidget* parent);

  const QString& name() const { return name_; }
  QWidget* page() const { return page_; }

 Q_SIGNALS:
  void closed(const QString& name);

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  QString name_;
  QWidget* page_;
};

}  // namespace lorascope::ui
