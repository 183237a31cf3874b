import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { findBridge } from './bridge/find-bridge.ts';
import { App } from './parts/app.tsx';
import { connectFace } from './store/connect.ts';
import { followSettings } from './store/follow-settings.ts';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/channels.css';
import './style/words.css';
import './style/actions.css';
import './style/settings.css';

const root = document.getElementById('face');
if (root === null) throw new Error('index.html has no element with the id "face"');

const connected = connectFace(findBridge(window), () => performance.now());
followSettings(connected.store, document.documentElement, navigator, (changed) =>
  addEventListener('languagechange', changed),
);
createRoot(root).render(
  <StrictMode>
    <App connected={connected} />
  </StrictMode>,
);
