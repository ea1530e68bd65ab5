-- Who was asked whether she wants the app on her home screen, and answered, is not asked again on any phone (pwa/js/install.js).
ALTER TABLE accounts ADD COLUMN install_answered_at timestamptz;
GRANT SELECT (install_answered_at), UPDATE (install_answered_at) ON accounts TO suishouban_web;
