import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { findBridge } from '../bridge/find-bridge.ts';
import { connectFace } from '../store/connect.ts';
import { followSettings } from '../store/follow-settings.ts';
import { Overlay } from './overlay.tsx';
import '../style/tokens.css';
import '../style/base.css';
import '../style/channels.css';
import '../style/actions.css';
import './overlay.css';

const root = document.getElementById('overlay');
if (root === null) throw new Error('overlay.html has no element with the id "overlay"');

const connected = connectFace(findBridge(window), () => performance.now());
/** It speaks as it is set, and is dark however it is set. */
const page = {
  dataset: {},
  set lang(tag: string) {
    document.documentElement.lang = tag;
  },
};
followSettings(connected.store, page, navigator, (changed) => addEventListener('languagechange', changed));
createRoot(root).render(
  <StrictMode>
    <Overlay connected={connected} />
  </StrictMode>,
);
