import { alertingForecasts, forecastText, hasDueForecast, nextDue } from "../../tasks/forecast";
import { noSigns, type SignRule } from "./sign-rule";

/** The service will soon end, release or freeze a task by itself. */
export const ahead: SignRule = {
  key: "ahead",
  isWanted: (settings) => settings.get("alerts.upcoming") !== false,
  signs: (task, now) =>
    hasDueForecast(task, now)
      ? alertingForecasts(task, now).map((forecast) => ({
          // Once an order is renewed, its next end is another one.
          id: forecast.id === "orderEnds" ? `${forecast.id} ${forecast.at}` : forecast.id,
          message: (l10n) => forecastText(forecast, l10n),
        }))
      : noSigns,
  nextAt: nextDue,
  text: ({ name }, what, { t }) => t('Synchronization task "{0}": {1}', name, what),
  many: (tasks, { t }) =>
    t("The service will soon end or release {0} tasks by itself. The hover of each says when.", tasks),
};
