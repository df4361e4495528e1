import { render } from 'preact';
import './style/page.css';
import { warm } from './state.ts';
import { App } from './ui/App.tsx';

render(<App />, document.getElementById('app')!);
warm();
